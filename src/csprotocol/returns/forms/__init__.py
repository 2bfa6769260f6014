"""Return policies in the words of others.

=====================  =============================================================  ===========================
module                 reads and writes                                               cannot say, among others
=====================  =============================================================  ===========================
``forms.schema_org``   schema.org ``MerchantReturnPolicy`` (JSON-LD of web pages)     conditions on facts, limits
``forms.google``       Google Merchant API ``OnlineReturnPolicy``                     fees by reason, last dates
``forms.shopify``      Shopify Admin GraphQL ``ReturnPolicyProfile``                  all but the window
=====================  =============================================================  ===========================

A reader returns a ``ReturnPolicy`` or raises ``InvalidValueError`` that names the place; what would change a decision
and has no place in a ``ReturnPolicy`` is a ``LossWarning``. What a document does not say is as ``ReturnTerms`` says by
default. A writer returns ``Exported``: the value and, one by one, what the format cannot say.

What a document says in more than one way, and what bears on no decision, is kept: where a policy alone cannot bring its
document back, ``policy.extra`` holds the document under the name of the form. A writer puts into it what was changed
since, and nothing else. Amounts are compared as numbers, so that ``"6.50"`` may come back as ``"6.5"``.
"""

from __future__ import annotations

from csprotocol.calendar.forms import Exported, Loss, LossWarning

__all__ = ["Exported", "Loss", "LossWarning"]
