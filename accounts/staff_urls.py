"""Addresses of the staff of a school."""

from django.urls import URLPattern, path

from accounts.views import (
    exports,
    factor_resets,
    role_change,
    school_accounts,
    staff_pages,
    statistics,
    substitutes,
    support,
    trail,
)

urlpatterns: list[URLPattern] = [
    path("school/<school:school>/medewerkers/", staff_pages.staff, name="staff"),
    path("school/<school:school>/medewerkers/uitnodigen/", staff_pages.staff_invite, name="staff-invite"),
    path("school/<school:school>/medewerkers/lijst/", exports.staff_export, name="staff-export"),
    path("school/<school:school>/medewerkers/stoppen/", staff_pages.leave, name="staff-leave"),
    path("school/<school:school>/medewerkers/<uuid:user>/", staff_pages.staff_person, name="staff-person"),
    path("school/<school:school>/medewerkers/<uuid:user>/rol/", staff_pages.role_give, name="role-give"),
    path(
        "school/<school:school>/medewerkers/<uuid:user>/opnieuw-uitnodigen/",
        staff_pages.invitation_resend,
        name="invitation-resend",
    ),
    path("school/<school:school>/medewerkers/<uuid:user>/tweede-stap/", factor_resets.reset_ask, name="reset-ask"),
    path("school/<school:school>/tweede-stap/<uuid:reset>/", factor_resets.reset_confirm, name="reset-confirm"),
    path(
        "school/<school:school>/tweede-stap/<uuid:reset>/intrekken/",
        factor_resets.reset_withdraw,
        name="reset-withdraw",
    ),
    path(
        "school/<school:school>/medewerkers/rollen/<uuid:role>/wijzigen/", role_change.role_change, name="role-change"
    ),
    path("school/<school:school>/medewerkers/rollen/<uuid:role>/beeindigen/", staff_pages.role_end, name="role-end"),
    path("school/<school:school>/cijfers/", statistics.statistics, name="statistics"),
    path("school/<school:school>/lijsten/", exports.exports_page, name="exports"),
    path("school/<school:school>/lijsten/<uuid:export>/", exports.export_fetch, name="export-fetch"),
    path("school/<school:school>/logboek/", trail.log, name="trail"),
    path("school/<school:school>/logboek/downloaden/", exports.trail_export, name="trail-export"),
    path("school/<school:school>/helpdesk/", support.support, name="support"),
    path("school/<school:school>/helpdesk/toelaten/", support.support_grant, name="support-grant"),
    path("school/<school:school>/helpdesk/beeindigen/", support.support_end, name="support-end"),
    path("school/<school:school>/helpdesk/<uuid:asked>/weigeren/", support.support_refuse, name="support-refuse"),
    path("inloggen/met/<slug:provider>/", school_accounts.start, name="school-account-start"),
    path("inloggen/met/<slug:provider>/terug/", school_accounts.back, name="school-account-back"),
    path("account/schoolaccount/<slug:provider>/", school_accounts.link_start, name="school-account-link"),
    path("account/schoolaccount/<slug:provider>/los/", school_accounts.unlink, name="school-account-unlink"),
    path("school/<school:school>/schoolaccounts/", school_accounts.tenants, name="tenants"),
    path("school/<school:school>/schoolaccounts/toestaan/", school_accounts.tenant_allow, name="tenant-allow"),
    path(
        "school/<school:school>/schoolaccounts/met/<slug:provider>/", school_accounts.tenant_start, name="tenant-start"
    ),
    path("school/<school:school>/schoolaccounts/<uuid:tenant>/", school_accounts.tenant_forbid, name="tenant-forbid"),
    path("school/<school:school>/invallers/", substitutes.substitutes, name="substitutes"),
    path("school/<school:school>/invallers/<uuid:role>/beeindigen/", substitutes.pass_end, name="pass-end"),
]
