"""Our Jalali calendar against the one that Qt brings, which knows another rule for leap years but agrees for 150 years."""

from PySide6.QtCore import QCalendar, QDate

from core.data.text.jalali import from_gregorian, is_leap, new_year, to_gregorian


def test_every_day_of_a_century_and_a_half_is_the_day_that_qt_says():
    calendar = QCalendar(QCalendar.System.Jalali)
    for year in range(1278, 1436):
        assert calendar.isLeapYear(year) == is_leap(year)
    first = new_year(1278).toordinal()
    for ordinal in range(first, new_year(1436).toordinal(), 5):
        day = QDate(1, 1, 1).addDays(ordinal - 1)
        parts = calendar.partsFromDate(day)
        ours = (parts.year, parts.month, parts.day)
        gregorian = to_gregorian(*ours)
        assert gregorian.toordinal() == ordinal
        assert from_gregorian(gregorian) == ours
