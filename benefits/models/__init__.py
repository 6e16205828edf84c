"""Tables of benefits, by noun."""

from .accounts import PayeeAccount, account_digest
from .aid import HardshipApplication
from .bank import BankFile, BankFileRow, BankReturn, BankReturnRow, BankTemplate
from .batches import Batch, BatchException, BatchSnapshot, Departure
from .enrolments import Enrolment
from .grants import OneOffGrant
from .ledger import Line, LineCancellation, LineMonth
from .notices import PublicNotice
from .offices import PayingOffice
from .overpayments import Overpayment, Recovery
from .programmes import PolicyRule, Programme
from .standards import KeyNature, KeyPeriod, KeyResidence, Standard, StandardNotice
from .stops import AnnualConfirmation, Suspension

__all__ = [
    "AnnualConfirmation",
    "BankFile",
    "BankFileRow",
    "BankReturn",
    "BankReturnRow",
    "BankTemplate",
    "Batch",
    "BatchException",
    "BatchSnapshot",
    "Departure",
    "Enrolment",
    "HardshipApplication",
    "KeyNature",
    "KeyPeriod",
    "KeyResidence",
    "Line",
    "LineCancellation",
    "LineMonth",
    "OneOffGrant",
    "Overpayment",
    "PayeeAccount",
    "PayingOffice",
    "PolicyRule",
    "Programme",
    "PublicNotice",
    "Recovery",
    "Standard",
    "StandardNotice",
    "Suspension",
    "account_digest",
]
