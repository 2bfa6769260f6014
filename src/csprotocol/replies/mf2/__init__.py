"""Unicode MessageFormat 2 (LDML 48) in Python: parse, check, format.

>>> from csprotocol.replies import mf2
>>> late = mf2.Message(".input {$n :integer} .match $n one {{One day late}} * {{{$n} days late}}", "en")
>>> late.format({"n": 3})
'3 days late'

The package stands alone: it imports nothing else of this library, and Babel only when a locale's data is asked for.
"""

from __future__ import annotations

from csprotocol.replies.mf2._babel import BabelLocaleData, locale_data
from csprotocol.replies.mf2._digits import Digits
from csprotocol.replies.mf2._errors import (
    BadOperandError,
    BadOptionError,
    BadSelectorError,
    BadVariantKeyError,
    DataModelError,
    DuplicateDeclarationError,
    DuplicateOptionNameError,
    DuplicateVariantError,
    FunctionError,
    LimitError,
    MessageError,
    MessageSyntaxError,
    MissingFallbackVariantError,
    MissingSelectorAnnotationError,
    ResolutionError,
    UnknownFunctionError,
    UnresolvedVariableError,
    UnsupportedOperationError,
    VariantKeyMismatchError,
)
from csprotocol.replies.mf2._functions import FUNCTIONS, OPTIONS
from csprotocol.replies.mf2._limits import Limits
from csprotocol.replies.mf2._lineage import canonical_locale, parent_chain
from csprotocol.replies.mf2._locale_data import (
    LocaleData,
    MomentFormatter,
    MomentStyle,
    NumberFormatter,
    NumberStyle,
)
from csprotocol.replies.mf2._message import Message
from csprotocol.replies.mf2._model import (
    Attribute,
    CatchallKey,
    Declaration,
    Expression,
    FunctionRef,
    InputDeclaration,
    Literal,
    LocalDeclaration,
    Markup,
    MessageModel,
    Option,
    Pattern,
    PatternMessage,
    SelectMessage,
    VariableRef,
    Variant,
)
from csprotocol.replies.mf2._parse import parse
from csprotocol.replies.mf2._parts import BidiPart, FallbackPart, MarkupPart, Part, SubPart, TextPart, ValuePart
from csprotocol.replies.mf2._registry import Function, FunctionContext, FunctionRegistry, OptionValue, Staged, register
from csprotocol.replies.mf2._serialise import serialise
from csprotocol.replies.mf2._validate import validate
from csprotocol.replies.mf2._values import StringValue, Value

__all__ = [
    "FUNCTIONS",
    "OPTIONS",
    "Attribute",
    "BabelLocaleData",
    "BadOperandError",
    "BadOptionError",
    "BadSelectorError",
    "BadVariantKeyError",
    "BidiPart",
    "CatchallKey",
    "DataModelError",
    "Declaration",
    "Digits",
    "DuplicateDeclarationError",
    "DuplicateOptionNameError",
    "DuplicateVariantError",
    "Expression",
    "FallbackPart",
    "Function",
    "FunctionContext",
    "FunctionError",
    "FunctionRef",
    "FunctionRegistry",
    "InputDeclaration",
    "LimitError",
    "Limits",
    "Literal",
    "LocalDeclaration",
    "LocaleData",
    "Markup",
    "MarkupPart",
    "Message",
    "MessageError",
    "MessageModel",
    "MessageSyntaxError",
    "MissingFallbackVariantError",
    "MissingSelectorAnnotationError",
    "MomentFormatter",
    "MomentStyle",
    "NumberFormatter",
    "NumberStyle",
    "Option",
    "OptionValue",
    "Part",
    "Pattern",
    "PatternMessage",
    "ResolutionError",
    "SelectMessage",
    "Staged",
    "StringValue",
    "SubPart",
    "TextPart",
    "UnknownFunctionError",
    "UnresolvedVariableError",
    "UnsupportedOperationError",
    "Value",
    "ValuePart",
    "VariableRef",
    "Variant",
    "VariantKeyMismatchError",
    "canonical_locale",
    "locale_data",
    "parent_chain",
    "parse",
    "register",
    "serialise",
    "validate",
]
