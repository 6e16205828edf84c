from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from ..permissions import ADMIN_ROLES, GRANTS, Role
from ..scoping import OfficeScopedQuerySet


class UserQuerySet(OfficeScopedQuerySet):
    def visible_to(self, user):
        """Administrators keep every account; others see the colleagues of their own branch."""
        return self if user.role in ADMIN_ROLES else super().visible_to(user)

    def names(self, pks) -> dict[int, str]:
        """Return {pk: shown name}; asks only for columns that every role may read."""
        return dict(self.filter(pk__in=set(pks)).values_list("pk", "display_name"))


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):
    def get_by_natural_key(self, username):
        return self.get(username=username)


class User(AbstractBaseUser):
    """账号: one person, one office, one role at a time. A new account has no role and may do nothing."""

    username = models.CharField(
        "登录名",
        max_length=30,
        unique=True,
        validators=[
            RegexValidator(r"^[a-z][a-z0-9_.-]{2,29}$", "登录名用 3 至 30 个小写字母、数字或 _ . -，以字母开头。")
        ],
        error_messages={"unique": "这个登录名已有人使用，请换一个。"},
    )
    display_name = models.CharField("姓名", max_length=30)
    office = models.ForeignKey("accounts.Office", models.PROTECT, db_index=False, verbose_name="所属机构")
    role = models.CharField("角色", max_length=10, choices=Role, blank=True, default="")
    phone = models.CharField("联系电话", max_length=30, blank=True)
    is_active = models.BooleanField("启用", default=True)
    must_change_password = models.BooleanField("下次登录须改密码", default=True)
    password_changed_at = models.DateTimeField("密码修改时间", null=True, blank=True)
    session_key = models.CharField(max_length=40, blank=True, default="", editable=False)
    created_at = models.DateTimeField("创建时间", auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["display_name", "office"]

    objects = UserManager()

    class Meta:
        verbose_name = verbose_name_plural = "账号"
        indexes = [models.Index(fields=["office", "id"], name="user_office")]
        constraints = [
            models.CheckConstraint(
                name="user_role_is_known", condition=Q(role="") | Q(role__in=[role.value for role in Role])
            )
        ]

    def __str__(self):
        return self.display_name

    def may(self, permission: str) -> bool:
        return self.is_active and permission in GRANTS.get(self.role, ())

    @property
    def is_administrator(self) -> bool:
        return self.role in ADMIN_ROLES


class PasswordHistory(models.Model):
    """Hashes of earlier passwords, so that the last five cannot come back."""

    user = models.ForeignKey(User, models.CASCADE, related_name="password_history")
    password = models.CharField(max_length=128)
    set_at = models.DateTimeField()

    class Meta:
        verbose_name = verbose_name_plural = "历史密码"
