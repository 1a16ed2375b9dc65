"""O que se mostra ao fim de uma campanha? Um quadro, com uma linha por defeito."""

from tests.faults.harness.checker import Row


class Table:
    """O quadro: uma linha por defeito."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self.seconds: dict[str, float] = {}
        self.notes: list[str] = []
        """O que um defeito mostra e não cabe numa coluna, uma linha cada."""

    def add(self, fault: str, row: Row, seconds: float) -> None:
        """Soma uma rodada."""
        self.rows.setdefault(fault, Row()).add(row)
        self.seconds[fault] = self.seconds.get(fault, 0.0) + seconds

    def lines(self) -> list[str]:
        """O quadro como texto, com a linha do total."""
        names = (
            "runs",
            "accepted",
            "replies",
            "lost",
            "out_of_order",
            "duplicated",
            "in_doubt",
            "fenced",
            "dead",
        )
        heads = (
            "runs",
            "accepted",
            "replies",
            "lost",
            "out of order",
            "duplicated",
            "in doubt",
            "fenced",
            "dead",
        )
        total = Row()
        for row in self.rows.values():
            total.add(row)
        ordered = sorted(self.rows.items(), key=lambda item: int(item[0].strip("F")))
        shown = [("fault", *heads)] + [
            (fault, *(f"{getattr(row, name):,}" for name in names))
            for fault, row in [*ordered, ("all", total)]
        ]
        widths = [max(len(line[place]) for line in shown) for place in range(len(shown[0]))]
        return [
            "  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in shown
        ] + self.notes
