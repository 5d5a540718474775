"""waiting: the form of `waiting` in desks.yaml: how long a desk waits for a customer who was asked something."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from maild.policy.shape import Days, Strict, as_list, wrong

SomeDays = Annotated[Days, Field(ge=1)]
Reminding = Annotated[
    list[SomeDays], BeforeValidator(as_list, json_schema_input_type=str | list[str]), Field(min_length=1, max_length=5)
]


class WaitingForm(Strict):
    """How long the desk waits for a customer who is asked something."""

    remind: Reminding = Field(
        description="After how many days he is reminded; the last one says when the case is closed.",
        examples=["[3d, 7d]"],
    )
    close: SomeDays | None = Field(None, description="When the case is closed, with a letter; left out: never.")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        days = (*self.remind, *((self.close,) if self.close else ()))
        if list(days) != sorted(set(days)):
            raise wrong(
                "the days do not follow each other", "write the earliest first:  {remind: [3d, 7d], close: 14d}"
            )
        return self
