"""The functions that the official suite defines for itself: :test:function, :test:select and :test:format."""

from __future__ import annotations

from decimal import Decimal

from csprotocol.replies import mf2
from csprotocol.replies.mf2._number import numeric


class Tested(mf2.Value):
    """A number under test, and where it is to fail."""

    __slots__ = ("formattable", "places", "selectable")

    kind = "test"

    def __init__(self, number: Decimal, places: int, fails: str, *, formats: bool, selects: bool) -> None:
        super().__init__(number, options={"places": places, "fails": fails})
        self.places = places
        self.formattable = formats and fails not in {"format", "always"}
        self.selectable = selects

    def match(self, key: str) -> bool:
        if self.options["fails"] in {"select", "always"}:
            raise mf2.BadOptionError("selection fails on request")
        return self.value == 1 and (key == "1" or (self.places == 1 and key == "1.0"))

    def better(self, first: str, second: str) -> bool:
        return first == "1.0"

    def text(self) -> str:
        return "".join(part.value for part in self.parts())

    def parts(self) -> tuple[mf2.SubPart, ...]:
        if not self.formattable:
            raise mf2.BadOptionError("formatting fails on request")
        assert isinstance(self.value, Decimal)
        sign = (mf2.SubPart("minusSign", "-"),) if self.value < 0 else ()
        whole = int(abs(self.value))
        tenths = int((abs(self.value) - whole) * 10)
        fraction = (mf2.SubPart("decimal", "."), mf2.SubPart("fraction", str(tenths))) if self.places else ()
        return (*sign, mf2.SubPart("integer", str(whole)), *fraction)


class TestFunction:
    """One of the three; they differ in what they may be used for."""

    __test__ = False

    def __init__(self, *, formats: bool = True, selects: bool = True) -> None:
        self.formats = formats
        self.selects = selects

    def __call__(
        self, context: mf2.FunctionContext, options: dict[str, mf2.OptionValue], operand: mf2.Value | None, /
    ) -> mf2.Value:
        number = numeric(operand, "test:function")
        places, fails = 0, "never"
        if isinstance(operand, Tested):
            places, fails = operand.places, str(operand.options["fails"])
        if "decimalPlaces" in options:
            if str(options["decimalPlaces"].value) not in {"0", "1"}:
                raise mf2.BadOptionError("decimalPlaces is neither 0 nor 1")
            places = int(str(options["decimalPlaces"].value))
        if "fails" in options:
            if options["fails"].value in {"never", "select", "format", "always"}:
                fails = str(options["fails"].value)
            else:
                context.report(mf2.BadOptionError("fails has an unknown value"))
        return Tested(number, places, fails, formats=self.formats, selects=self.selects)


FUNCTIONS = (
    mf2.FUNCTIONS.with_function("test:function", TestFunction())  # type: ignore[arg-type]  # a Mapping in general
    .with_function("test:select", TestFunction(formats=False))  # type: ignore[arg-type]
    .with_function("test:format", TestFunction(selects=False))  # type: ignore[arg-type]
)
