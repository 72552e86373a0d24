"""Forms made from a Spec: ``SpecForm`` shows a Choice and says what the user wants to change; it stores nothing."""

from gui.forms.form import SpecForm

__all__ = ["SpecForm"]
