"""Password rules. The figures are settings: the standard itself gives none."""

import re

from django.contrib.auth.hashers import Argon2PasswordHasher, check_password
from django.core.exceptions import ValidationError

KINDS = (r"[a-z]", r"[A-Z]", r"\d", r"[^A-Za-z0-9]")
REMEMBERED = 5


class LightArgon2(Argon2PasswordHasher):
    """argon2id with 19 MiB and two passes: 200 people log in at nine o'clock on two cores."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1


class LongEnough:
    """Django's own rule says its sentence in English."""

    def __init__(self, min_length: int = 10):
        self.min_length = min_length

    def validate(self, password, user=None):
        if len(password) < self.min_length:
            raise ValidationError(self.get_help_text(), code="password_too_short")

    def get_help_text(self):
        return f"密码至少要 {self.min_length} 位。"


class ThreeKinds:
    def validate(self, password, user=None):
        if sum(bool(re.search(kind, password)) for kind in KINDS) < 3:
            raise ValidationError(self.get_help_text(), code="password_too_plain")

    def get_help_text(self):
        return "密码要包含大写字母、小写字母、数字、符号中的至少三种。"


class NotAboutYou:
    def validate(self, password, user=None):
        known = [getattr(user, name, "") for name in ("username", "phone", "display_name")]
        if any(len(word) >= 3 and word.lower() in password.lower() for word in known if word):
            raise ValidationError(self.get_help_text(), code="password_about_you")

    def get_help_text(self):
        return "密码里不能有你的登录名、姓名或电话。"


class NotRecent:
    def validate(self, password, user=None):
        if user is None or user.pk is None:
            return
        earlier = user.password_history.order_by("-set_at", "-pk").values_list("password", flat=True)[:REMEMBERED]
        if any(check_password(password, encoded) for encoded in earlier):
            raise ValidationError(self.get_help_text(), code="password_recent")

    def get_help_text(self):
        return f"不能使用最近 {REMEMBERED} 次用过的密码。"
