"""Who a session belongs to: the person with her office, in one question a request."""

from django.contrib.auth.backends import ModelBackend

from veterans_portal.accounts.models import User


class OfficeBackend(ModelBackend):
    """Django's own backend; every page needs the office of the person, so it comes along."""

    def get_user(self, user_id):
        user = User.objects.select_related("office").filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None
