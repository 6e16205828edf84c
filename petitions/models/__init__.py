from .catalog import Channel, DeadlineRule, Topic
from .chain import Assignment, CaseAccess, Recusal, Step, Transfer
from .deadline import Deadline, DeadlinePause, Extension
from .matter import Matter
from .notice import Delivery, Notice
from .outcome import Attachment, Evaluation, FollowUp, QueryAttempt, ReferralLink, Supervision
from .petition import Petition, Petitioner, Respondent
from .profile import NumberSeries, OfficeProfile, ReviewAuthority
from .reception import Reception
from .review import Hearing, Mediation, MediationMatter, Review

__all__ = [
    "Assignment",
    "Attachment",
    "CaseAccess",
    "Channel",
    "Deadline",
    "DeadlinePause",
    "DeadlineRule",
    "Delivery",
    "Evaluation",
    "Extension",
    "FollowUp",
    "Hearing",
    "Matter",
    "Mediation",
    "MediationMatter",
    "Notice",
    "NumberSeries",
    "OfficeProfile",
    "Petition",
    "Petitioner",
    "QueryAttempt",
    "Reception",
    "Recusal",
    "ReferralLink",
    "Respondent",
    "Review",
    "ReviewAuthority",
    "Step",
    "Supervision",
    "Topic",
    "Transfer",
]
