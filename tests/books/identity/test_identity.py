"""People, roles, keys: who may do what, for whom."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from tenants.scope import employer_scope
from tpa.books.identity import permissions, selectors, services
from tpa.books.identity.errors import ForbiddenError, GrantConflict, GrantError
from tpa.books.identity.models import ApiKey, Grant, User
from tpa.books.identity.permissions import DESK_ROLES, PORTAL_ROLES, Role
from tpa.infra.clock import clock_at
from tpa.kernel.errors import ConflictError, DomainError

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def ann(db):
    return services.create_user(email="Ann@Example.com", name="Ann")


@pytest.fixture
def bob(db):
    return services.create_user(email="bob@example.com", name="Bob")


def test_a_new_login_can_do_nothing(ann, employer):
    assert not ann.is_staff
    assert not any(selectors.may(ann, action, employer) for action in permissions.ACTIONS)
    assert selectors.employer_ids_for(ann, "claims.read") == []


def test_addresses_are_one_whatever_their_case(ann):
    assert User.objects.get_by_natural_key("ANN@example.COM") == ann
    with pytest.raises(ConflictError, match="login with this e-mail"):
        services.create_user(email="ann@EXAMPLE.com", name="Another")
    with pytest.raises(DomainError, match="is not an e-mail address"):
        services.create_user(email="ann at example", name="Another")


def test_a_role_for_one_employer_counts_for_no_other(ann, employer, other_employer):
    services.grant_role(user=ann, role=Role.EXAMINER, employer_id=employer.pk, authority_cents=5_000_00)
    assert selectors.may(ann, "claims.decide", employer)
    assert not selectors.may(ann, "claims.decide", other_employer)
    assert not selectors.may(ann, "claims.decide", None)
    assert not selectors.may(ann, "invoices.approve", employer)
    assert (ann.authority_cents(employer.pk), ann.authority_cents(other_employer.pk)) == (500_000, 0)
    assert selectors.employer_ids_for(ann, "claims.decide") == [employer.pk]


def test_a_role_for_all_counts_for_each(ann, employer, other_employer):
    services.grant_role(user=ann, role=Role.FINANCE)
    assert selectors.may(ann, "invoices.approve", employer)
    assert selectors.may(ann, "invoices.approve", other_employer)
    assert selectors.employer_ids_for(ann, "invoices.approve") is None
    with pytest.raises(ForbiddenError, match=r"claims\.decide"):
        selectors.require(ann, "claims.decide", employer)


def test_roles_are_read_at_the_desk_even_while_an_employer_is_bound(ann, employer):
    services.grant_role(user=ann, role=Role.EMPLOYER_HR, employer_id=employer.pk)
    fresh = User.objects.get(pk=ann.pk)
    with employer_scope(employer):
        assert selectors.may(fresh, "members.read", employer)


def test_a_portal_role_is_for_one_employer(ann):
    with pytest.raises(GrantError, match="for one employer"):
        services.grant_role(user=ann, role=Role.BROKER)
    with pytest.raises(IntegrityError, match="grant_portal_role_for_one_employer"), transaction.atomic():
        Grant.objects.create(user=ann, role="broker")


def test_a_portal_login_counts_at_its_own_host_alone(ann, employer, other_employer):
    services.grant_role(user=ann, role=Role.EMPLOYER_FINANCE, employer_id=employer.pk)
    assert ann.counts_at(employer.pk)
    assert not ann.counts_at(other_employer.pk)
    assert not ann.counts_at(None)
    services.close_login(user_id=ann.pk)
    assert not User.objects.get(pk=ann.pk).counts_at(employer.pk)


def test_an_operator_is_not_let_into_a_portal_by_his_desk_role(ann, employer):
    services.grant_role(user=ann, role=Role.TPA_ADMIN)
    assert ann.counts_at(None)
    assert not ann.counts_at(employer.pk)


def test_nobody_gives_himself_a_role_with_any_login(ann, db):
    twin = services.create_user(email="ann2@example.com", name="Ann again", person_id=ann.pk)
    for receiver in (ann, twin):
        with pytest.raises(GrantError, match="Nobody gives himself a role"):
            services.grant_role(user=receiver, role=Role.FINANCE, by=ann)
    with pytest.raises(GrantError, match="no role 'emperor'"):
        services.grant_role(user=ann, role="emperor")
    assert not Grant.objects.exists()


def test_four_eyes_are_two_persons(ann, bob):
    twin = services.create_user(email="ann2@example.com", name="Ann again", person_id=ann.pk)
    selectors.require_two_persons(ann, bob)
    with pytest.raises(ConflictError, match="second person"):
        selectors.require_two_persons(twin, ann)


def test_a_role_is_held_once_and_taken_back_once(ann, bob, employer):
    grant = services.grant_role(user=ann, role=Role.EXAMINER, employer_id=employer.pk, by=bob)
    with pytest.raises(GrantConflict, match="holds this role already"):
        services.grant_role(user=ann, role=Role.EXAMINER, employer_id=employer.pk, by=bob)
    services.grant_role(user=ann, role=Role.EXAMINER, by=bob)
    with pytest.raises(GrantConflict, match="holds this role already"):
        services.grant_role(user=ann, role=Role.EXAMINER, by=bob)
    services.revoke_grant(grant_id=grant.pk, by=bob)
    with pytest.raises(GrantConflict, match="taken back before"):
        services.revoke_grant(grant_id=grant.pk, by=bob)
    assert services.grant_role(user=ann, role=Role.EXAMINER, employer_id=employer.pk, by=bob).pk != grant.pk


def test_the_admin_shows_the_desk_everything_and_lets_the_right_role_change_it(ann, bob):
    services.grant_role(user=ann, role=Role.FINANCE)
    assert ann.has_perm("agreements.view_feeschedule")
    assert ann.has_perm("agreements.change_feeschedule")
    assert ann.has_perm("stoploss.view_notice")
    assert not ann.has_perm("stoploss.change_notice")
    assert not ann.has_perm("identity.view_user")
    assert not ann.has_module_perms("identity")
    services.grant_role(user=bob, role=Role.TPA_ADMIN)
    assert bob.has_perms(["identity.change_grant", "anything.delete_it"])


def test_a_key_is_shown_once_and_kept_as_a_hash(employer, other_employer):
    key, text = services.issue_key(name="payroll", scopes=["members.write", "members.read"], employer_id=employer.pk)
    assert text.startswith("tpa_live_")
    assert text.split(".")[1] not in str(ApiKey.objects.filter(pk=key.pk).values().get())
    with employer_scope(employer):
        found = services.use_key(text=text)
    assert found.pk == key.pk
    assert selectors.may(found, "members.read", employer)
    assert not selectors.may(found, "claims.read", employer)
    assert not selectors.may(found, "members.read", other_employer)
    assert not selectors.may(found, "members.read", None)
    assert selectors.employer_ids_for(found, "members.read") == [employer.pk]
    assert selectors.employer_ids_for(found, "claims.read") == []


def test_the_tpas_own_key_serves_every_employer(employer):
    key, _text = services.issue_key(name="clearinghouse", scopes=["files.write"])
    assert selectors.may(key, "files.write", employer)
    assert selectors.employer_ids_for(key, "files.write") is None


@pytest.mark.parametrize(
    "damage", ["", "tpa_live_", "tpa_live_.", "x{}", "{}x", "Bearer {}", "\x00", "tpa_live_ünder.x"]
)
def test_a_text_that_is_no_key_finds_nothing(db, damage):
    _key, text = services.issue_key(name="a", scopes=["files.write"])
    assert services.use_key(text=damage.format(text)) is None
    assert services.use_key(text=text.removeprefix("tpa_live_")) is None


def test_a_revoked_or_outlived_key_is_worth_nothing(db):
    key, text = services.issue_key(name="a", scopes=["files.write"])
    services.revoke_key(key_id=key.pk)
    assert services.use_key(text=text) is None
    past = datetime.now(UTC) - timedelta(seconds=1)
    _key, text = services.issue_key(name="b", scopes=["files.write"], expires_at=past)
    assert services.use_key(text=text) is None


def test_the_last_use_is_kept_to_the_minute(db):
    key, text = services.issue_key(name="a", scopes=["files.write"])
    for seconds, kept in ((0, 0), (59, 0), (60, 60)):
        with clock_at(NOON + timedelta(seconds=seconds)):
            services.use_key(text=text)
        assert ApiKey.objects.get(pk=key.pk).last_used_at == NOON + timedelta(seconds=kept)


def test_a_key_gives_no_more_than_its_giver_has(ann, employer):
    services.grant_role(user=ann, role=Role.EMPLOYER_HR, employer_id=employer.pk)
    with pytest.raises(DomainError, match=r"You may not do this yourself: ledger\.post"):
        services.issue_key(name="a", scopes=["members.read", "ledger.post"], employer_id=employer.pk, by=ann)
    with pytest.raises(DomainError, match=r"You may not do this yourself: members\.read"):
        services.issue_key(name="a", scopes=["members.read"], by=ann)
    with pytest.raises(DomainError, match=r"no such actions: members\.eat"):
        services.issue_key(name="a", scopes=["members.eat"])
    with pytest.raises(DomainError, match="at least one action"):
        services.issue_key(name="a", scopes=[])


def test_the_table_knows_every_role_and_gives_the_portal_no_claims():
    assert set(Role) == PORTAL_ROLES | DESK_ROLES
    assert not PORTAL_ROLES & DESK_ROLES
    for action in ("claims.read", "claims.decide", "users.write", "ledger.post", "payments.release"):
        assert permissions.ACTIONS[action].isdisjoint(PORTAL_ROLES)
    assert permissions.ACTIONS["users.write"] == {Role.TPA_ADMIN}
    with pytest.raises(KeyError):
        permissions.roles_for("claims.forge")
