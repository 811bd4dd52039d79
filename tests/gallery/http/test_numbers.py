from gallery.http.numbers import is_number, numbers_of


def test_only_digits_of_a_number_that_a_key_could_be():
    assert is_number("0")
    assert is_number("9" * 18)
    for text in ("", "-1", "1.5", " 1", "١", "²", "0x1", "9" * 19, "9" * 5000):
        assert not is_number(text), text


def test_valid_numbers_are_kept_once():
    assert numbers_of(["1", "x", "01", "2", "9" * 5000]) == {1, 2}
