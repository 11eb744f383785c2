from features.category import department_of, leaf_of, path_of


def test_a_path_has_one_spelling_however_its_steps_are_spaced() -> None:
    assert path_of(" Home>Kitchen >  Mugs ") == "Home > Kitchen > Mugs"
    assert path_of("Home >> Kitchen >") == "Home > Kitchen"
    assert path_of(" > ") == ""


def test_the_first_and_the_last_step_of_a_path() -> None:
    assert (department_of("Home > Kitchen > Mugs"), leaf_of("Home > Kitchen > Mugs")) == ("Home", "Mugs")
    assert (department_of("Home"), leaf_of("Home")) == ("Home", "Home")
