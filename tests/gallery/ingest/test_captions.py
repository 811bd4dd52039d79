"""captions.csv as people's spreadsheets write it."""

import pytest

from gallery.exceptions import ImportProblem
from gallery.ingest.captions import read_captions


def captions(as_file, data):
    return read_captions(as_file(data, "captions.csv"))


@pytest.mark.parametrize(
    "data",
    [
        b"file,caption\na.jpg,A cat\n",
        b"\xef\xbb\xbffile,caption\r\na.jpg,A cat\r\n",
        b'"File" , "Caption"\n"a.jpg","A cat"\n',
        b"caption,other,file\nA cat,1,a.jpg\n",
        b"file;caption\na.jpg;A cat\n",
        b"file,caption\n\n a.jpg , A cat \n",
    ],
)
def test_every_csv_dialect_is_accepted(as_file, data):
    assert captions(as_file, data).details_of("a.jpg").caption == "A cat"


def test_quotes_commas_and_line_breaks_inside_a_caption(as_file):
    read = captions(as_file, b'file,caption\na.jpg,"One, ""two""\nthree"\n')
    assert read.details_of("a.jpg").caption == 'One, "two"\nthree'


def test_old_spreadsheet_encodings_are_accepted(as_file):
    assert captions(as_file, b"file,caption\na.jpg,Caf\xe9\n").details_of("a.jpg").caption == "Café"


def test_a_file_is_found_by_its_path_and_by_its_name(as_file):
    read = captions(as_file, b"file,caption\nx/a.jpg,In x\nb.jpg,Anywhere\n")
    assert read.details_of("x/a.jpg").caption == "In x"
    assert read.details_of("deep/down/b.jpg").caption == "Anywhere"
    assert read.details_of("y/a.jpg").caption == ""


def test_unused_captions_are_listed(as_file):
    read = captions(as_file, b"file,caption\na.jpg,1\nb.jpg,2\nc.jpg,3\n")
    read.details_of("b.jpg")
    assert read.unused() == ["a.jpg", "c.jpg"]


@pytest.mark.parametrize("data", [b"", b"name,text\na,b\n", b"file\na.jpg\n"])
def test_a_missing_column_is_reported(as_file, data):
    with pytest.raises(ImportProblem) as problem:
        captions(as_file, data)
    assert "The first line must be file,caption." in problem.value.sentence


def test_a_row_that_is_too_short_has_no_caption(as_file):
    assert captions(as_file, b"file,caption\na.jpg\n").details_of("a.jpg").caption == ""


def test_a_missing_file_is_reported(tmp_path):
    with pytest.raises(ImportProblem, match="can’t be read: no such file"):
        read_captions(tmp_path / "none.csv")


def test_a_very_long_caption_is_cut(as_file):
    read = captions(as_file, b'file,caption\na.jpg,"' + b"x" * 200_000 + b'"\nb.jpg,short\n')
    assert len(read.details_of("a.jpg").caption) == 5000
    assert read.details_of("b.jpg").caption == "short"


def test_invalid_csv_is_reported(as_file):
    with pytest.raises(ImportProblem, match="aren’t valid CSV"):
        captions(as_file, b'file,caption\na.jpg,"' + b"x" * 11_000_000 + b'"\n')


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_excels_unicode_text_is_accepted(as_file, encoding):
    text = "\ufefffile\tcaption\r\na.jpg\tä bäll\r\n"
    assert captions(as_file, text.encode(encoding)).details_of("a.jpg").caption == "ä bäll"
