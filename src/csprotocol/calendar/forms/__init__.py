"""Business hours in the words of others.

=====================  ==========================================================  ============
module                 reads and writes                                            extra
=====================  ==========================================================  ============
``forms.zendesk``      Zendesk schedules: minutes since Sunday, Rails zone names   none
``forms.schema_org``   schema.org ``openingHoursSpecification`` (JSON-LD)          none
``forms.osm``          OpenStreetMap ``opening_hours``                             ``[osm]``
``forms.ical``         closures from an iCalendar feed (reads only)                ``[ical]``
=====================  ==========================================================  ============

A reader returns ``BusinessHours`` or raises ``InvalidScheduleError`` that names the place; what it had to leave
out is a ``LossWarning``. A writer returns ``Exported``: the value and, one by one, what the format cannot say.
"""

from __future__ import annotations

from csprotocol.calendar.forms._loss import Exported, Loss, LossWarning

__all__ = ["Exported", "Loss", "LossWarning"]
