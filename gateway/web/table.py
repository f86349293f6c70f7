"""Every route, in one table."""

from gateway.web import health, oauth, reference
from gateway.web.inbound import push
from gateway.web.resource import Resource
from gateway.web.rest import cases, changes, enrolments, records, statements, workers
from gateway.web.soap import endpoint, own

RESOURCES: tuple[Resource, ...] = (
    oauth.token,
    oauth.jwks,
    enrolments.enrol,
    enrolments.preview_enrolment,
    cases.cases,
    cases.case,
    cases.withdraw,
    cases.supply,
    workers.search,
    changes.suspend,
    changes.resume,
    changes.end,
    changes.change_details,
    changes.correct_identity,
    changes.report_death,
    records.rights,
    records.contributions,
    statements.send_statement,
    statements.list_statements,
    statements.statement,
    endpoint.contract_of_gateway,
    endpoint.soap,
    own.contract_of_party,
    own.own_soap,
    push.push,
    push.push_behind,
    health.live,
    health.ready,
    health.metrics,
    reference.openapi,
    reference.docs,
)
