"""Made-up numbers for the style guide's charts, and made-up things that need a person."""

from neurons_admin.ui.charts import Bar, Bars, Columns, Series, columns
from neurons_admin.ui.parts import Need


def columns_chart() -> Columns:
    """Return columns of several ends, with days of which there is nothing to say."""
    labels = [f"{day} Mar" for day in range(1, 15)]
    series = [
        Series("Done", "good", [12, 9, 0, 0, 22, 31, 18, 25, 27, 3, 0, 19, 24, 8]),
        Series("Failed", "bad", [1, 0, 0, 0, 3, 2, 0, 7, 1, 0, 0, 0, 2, 0]),
        Series("Needs you", "warning", [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
    ]
    return columns("sample-columns", "Runs per day", "runs", labels, series)


def bars_chart() -> Bars:
    """Return a bar for each way a row can stand."""
    bars = [
        Bar("Contoso EU", "3 days ago", 100, "warning", "#charts", "Stale"),
        Bar("Contoso US", "42 min ago", 3, "good", "#charts"),
        Bar("Fabrikam", "never", 0, "neutral", "#charts"),
    ]
    description = "The bar is full when the data is older than the connector allows."
    return Bars("sample-bars", "Sync freshness", description, ("Connector", "Last synchronised"), bars)


def needs() -> list[Need]:
    """Return one need in each tone that there is a use for."""
    failed = "Its last synchronisation failed. Microsoft does not accept the secret."
    return [
        Need("bad", "Contoso EU", failed, "#charts"),
        Need("warning", "Contoso US", "Its synchronisation waits for a decision.", "#charts"),
        Need("unknown", "2 runs are being checked", "No answer came. The directory is read again.", "#charts", count=2),
    ]
