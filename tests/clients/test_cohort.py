from __future__ import annotations

from credit_scoring.clients.cohort import Count, contradicted, to_train, touched, without_outcome
from credit_scoring.schema.table import CLIENT


def rows(*clients: int, **values: object) -> list[dict[str, object]]:
    return [{CLIENT: client, **values} for client in clients]


def test_who_is_touched_and_who_is_scored(stored_lender, engine) -> None:
    """Client   d1                    d2                      scored at d1   scored at d2

    1        application                                   yes            not touched
    2        bureau (waits)        application             no             yes
    3        application, outcome  bureau                  no             no
    4        application           outcome                 yes            no
    5                              application quarantined                no
    6        application           application quarantined yes            yes, by the old one
    """
    first = stored_lender.deliver(
        1, {"application": rows(1, 3, 4, 6), "bureau": rows(2), "outcomes": rows(3, TARGET=0)}
    )
    second = stored_lender.deliver(
        2,
        {"application": rows(2), "bureau": rows(3), "outcomes": rows(4, TARGET=1)},
        quarantined=[(5, "application"), (6, "application")],
    )
    both = [first, second]
    cohort = touched(engine, both, both)
    assert cohort.seqs() == {"application": [1, 2], "bureau": [1, 2], "outcomes": [1, 2]}

    found = cohort.with_eligibility()
    assert found.counts() == {
        "d1": Count(touched=5, to_score=3, without_application=1, with_outcome=1),
        "d2": Count(touched=5, to_score=2, without_application=1, with_outcome=2),
    }
    scored = found.to_score(both)
    assert sorted(scored.cases.iter_rows()) == [(1, 1), (2, 2), (4, 1), (6, 1), (6, 2)]
    assert scored.cases.columns == ["client_id", "as_of"]
    assert scored.names == {1: "d1", 2: "d2"}
    assert set(found.to_score([second]).cases["client_id"]) == {2, 6}


def test_a_small_delivery_reads_only_where_its_clients_have_rows(stored_lender, engine) -> None:
    accepted = [
        stored_lender.deliver(1, {"application": rows(1, 2), "bureau": rows(1, 2)}),
        stored_lender.deliver(2, {"application": rows(3)}),
        stored_lender.deliver(3, {"pos_cash_balance": rows(1)}),
        stored_lender.deliver(4, {"application": rows(1)}),
    ]
    seqs = touched(engine, [accepted[2]], accepted).seqs()
    assert seqs == {"application": [1], "bureau": [1], "pos_cash_balance": [3]}


def test_rows_of_a_delivery_that_is_not_accepted_are_not_there(stored_lender, engine) -> None:
    stored_lender.deliver(1, {"application": rows(1)})
    second = stored_lender.deliver(2, {"bureau": rows(1)})
    assert touched(engine, [second], [second]).with_eligibility().counts()["d2"].without_application == 1


def test_training_knows_a_client_as_at_the_first_application_and_its_latest_outcome(stored_lender, engine) -> None:
    """Client 1: application at 2 and 3, outcomes 0 then 1. Client 2: no outcome. Client 3: outcome, no application."""
    accepted = [
        stored_lender.deliver(1, {"bureau": rows(1)}),
        stored_lender.deliver(2, {"application": rows(1, 2), "outcomes": rows(1, TARGET=0)}),
        stored_lender.deliver(3, {"application": rows(1), "outcomes": rows(1, TARGET=1) + rows(3, TARGET=1)}),
    ]
    stored_lender.deliver(4, {"outcomes": rows(2, TARGET=1)})  # not accepted
    found = to_train(engine, accepted)
    assert found.cases.rows(named=True) == [{"client_id": 1, "as_of": 2, "target": 1, "outcome_seq": 2}]
    assert found.names[2] == "d2"
    assert [*without_outcome(engine, accepted).cases.iter_rows()] == [(2, 2)]
    # Client 1's outcomes contradict each other; those of client 3 would, were delivery 4 accepted.
    stored_lender.deliver(5, {"outcomes": rows(3, TARGET=0)})
    assert contradicted(engine, accepted) == 1
