from bench.figures import Figure, Target, middle, percentile, table


def test_a_percentile_is_the_smallest_value_that_so_many_do_not_exceed() -> None:
    values = [float(value) for value in range(100, 0, -1)]
    assert (percentile(values, 0.5), percentile(values, 0.99), percentile(values, 1)) == (50, 99, 100)
    assert (percentile([7.0], 0.01), percentile([], 0.99)) == (7, 0)


def test_the_median_of_three_repetitions_ignores_the_odd_one() -> None:
    assert middle([900.0, 10.0, 1000.0]) == 900
    assert middle([]) == 0


def test_a_target_says_by_how_much_it_is_missed_in_its_own_direction() -> None:
    assert Target(1000).verdict(1000) == "met"
    assert Target(1000).verdict(800) == "missed by 20 %"
    assert Target(100, at_most=True).verdict(99.9) == "met"
    assert Target(100, at_most=True).verdict(150) == "missed by 50 %"


def test_the_table_shows_target_verdict_ratio_and_notes_beside_each_figure() -> None:
    figure = Figure(
        "Acceptance", "accepted", 500, "/s", Target(1000), {"floor: echo": 2000, "not there": 0}, ("a note",)
    )
    heading, line, floor, note = table([figure]).splitlines()
    assert heading == "Acceptance"
    assert line.split() == ["accepted", "500", "/s", "target", ">=", "1,000", "missed", "by", "50", "%"]
    assert floor.split() == ["floor:", "echo", "2,000", "/s", "ratio", "0.25"]
    assert note.strip() == "a note"


def test_machines_read_the_same_verdict_and_ratio() -> None:
    document = Figure("Acceptance", "accepted", 500, "/s", Target(1000), {"floor": 2000}).document()
    assert (document["verdict"], document["ratios"]) == ("missed by 50 %", {"floor": 0.25})
