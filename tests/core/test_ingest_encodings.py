"""Text in any encoding that holds it comes back letter by letter; what cannot be read is counted, never guessed silently."""

import codecs

import pytest

from clm_core.ingest.opening.code_pages import likely_encoding
from clm_core.ingest.opening.encoding import to_utf8
from clm_core.ingest.opening.legible import legibility

HEADER = "order_id;customer;city;product;amount\n"
WESTERN = ("cp1252", "mac_roman", "cp850", "cp437")
CENTRAL = ("cp1250", "iso8859_2", "cp852")
TEXTS = {
    "german": (
        "1;Jürgen Groß;Köln;Bücherregal weiß;12,50\n2;Käthe Müller;Düsseldorf;Öllampe;8,00\n"
        "3;Björn Schäfer;Nürnberg;Schlüsselanhänger;3,90\n",
        WESTERN,
    ),
    "french": (
        "1;Hélène Lefèvre;Orléans;Crème brûlée;12,50\n2;François Château;Besançon;Théière;8,00\n"
        "3;Zoé Bérénice;Nîmes;Écharpe légère;3,90\n",
        WESTERN,
    ),
    "spanish": (
        "1;José Muñoz;Málaga;Jamón ibérico;12,50\n2;María Ibáñez;León;Cinturón;8,00\n3;Íñigo Gómez;Cádiz;Piña;3,90\n",
        ("cp1252", "mac_roman", "cp850"),
    ),
    "polish": (
        "1;Łukasz Wójcik;Łódź;Żółta koszulka;12,50 zł\n2;Małgorzata Dąbrowska;Gdańsk;Książka;8,00 zł\n"
        "3;Świętosława Pająk;Poznań;Rękawiczki;3,90 zł\n",
        CENTRAL,
    ),
    "romanian": (
        "1;Ştefan Mureşan;Bucureşti;Brânză;12,50\n2;Ioana Ţîrlea;Constanţa;Cămaşă;8,00\n3;Mădălina Bălan;Braşov;Pâine;3,90\n",
        CENTRAL,
    ),
    "czech": (
        "1;Jiří Dvořák;Plzeň;Žlutý šálek;12,50\n2;Zdeněk Růžička;Jihlava;Košile;8,00\n3;Šárka Nováková;Děčín;Svíčka;3,90\n",
        CENTRAL,
    ),
    "russian": (
        "1;Анна Петрова;Москва;Чайник красный;12,50\n2;Сергей Щукин;Тверь;Книга;8,00\n",
        ("cp1251", "koi8_r", "cp866"),
    ),
    "chinese": ("1;张三;北京;红色茶杯;12.50\n2;李小龙;上海;书籍;8.00\n", ("gb18030",)),
    "taiwanese": ("1;陳大文;台北;紅色茶杯;12.50\n2;黃小龍;高雄;書籍;8.00\n", ("cp950",)),
    "japanese": ("1;田中さくら;新宿店;カテゴリ雑貨;1250\n2;佐藤健;渋谷;お茶;800\n", ("cp932", "euc_jp")),
    "korean": ("1;홍길동;서울;빨간 찻잔;12500\n2;김영희;부산;책;8000\n", ("cp949",)),
}
MATRIX = [(language, encoding) for language, (_, encodings) in TEXTS.items() for encoding in encodings]


def read(folder, content):
    path = folder / "orders.csv"
    path.write_bytes(content)
    (folder / "copies").mkdir(exist_ok=True)
    return to_utf8(path, folder / "copies", "orders.csv")


def text_of(found):
    return found.path.read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(("language", "encoding"), MATRIX)
def test_every_language_comes_back_from_every_encoding_that_holds_it(tmp_path, language, encoding):
    text = HEADER + TEXTS[language][0]
    found = read(tmp_path, text.encode(encoding))
    assert text_of(found) == text
    assert found.notes == ()


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (b"", "utf-16-le"),
        (b"", "utf-16-be"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
def test_unicode_comes_back_with_and_without_mark(tmp_path, language, mark, encoding):
    text = HEADER + TEXTS[language][0]
    found = read(tmp_path, mark + text.encode(encoding))
    assert text_of(found) == text
    assert found.notes == ()


@pytest.mark.parametrize(
    "word",
    [
        "Café",
        "Zoë",
        "Señor",
        "naïve",
        "STRAßE",
        "über",
        "façade",
        "Crème brûlée",
        "¿Qué?",
        "Malmö",
        "São Paulo",
        "Ærø",
        "Women’s shirt",
        "O’Brien",
        "“Big” lamp",
        "A – B",
        "5” disk",
        "10½",
        "10 m²",
        "40°C",
        "£5.00",
        "12 €",
        "12,50€",
        "Coca-Cola®",
        "©2020",
        "Nº 5",
        "Škoda",
        "1\u00a0234,50",
    ],
)
def test_one_word_beyond_ascii_among_fifty_lines_is_enough_for_windows_text(tmp_path, word):
    text = HEADER + f"1;{word};Rome;Lamp;12.50\n" + "2;Ann;Rome;Lamp;12.50\n" * 50
    assert text_of(read(tmp_path, text.encode("cp1252"))) == text


@pytest.mark.parametrize(("encoding", "sign"), [("cp1252", "€"), ("cp1252", "£"), ("mac_roman", "€"), ("cp850", "£")])
def test_currency_signs_beside_digits_are_currency_signs(tmp_path, encoding, sign):
    text = HEADER + f"1;Zoë Müller;Köln;Lamp;{sign}12.50\n2;Jürgen;Köln;Lamp;8.00 {sign}\n"
    assert text_of(read(tmp_path, text.encode(encoding))) == text


def test_one_wrong_byte_in_utf8_costs_one_sign_not_the_whole_file(tmp_path):
    rows = "1;Zoë;Köln;Öllampe;12.50\n" * 1000
    content = (HEADER + rows).encode()
    content = content.replace("Köln".encode(), b"K\xf6ln", 1)
    found = read(tmp_path, content)
    assert found.encoding == "utf-8"
    assert text_of(found) == (HEADER + rows).replace("Köln", "K\ufffdln", 1)
    assert found.notes == ("Characters that could not be read as utf-8: 1. They are shown as '\ufffd'.",)


def test_a_byte_that_the_encoding_does_not_have_is_shown_and_counted(tmp_path):
    text = HEADER + TEXTS["german"][0]
    found = read(tmp_path, text.encode("cp1252").replace(b"8,00", b"8,0\x81"))
    assert text_of(found) == text.replace("8,00", "8,0\ufffd")
    assert found.notes == ("Characters that could not be read as cp1252: 1. They are shown as '\ufffd'.",)


def test_zero_bytes_in_text_are_left_out_and_counted(tmp_path):
    found = read(tmp_path, HEADER.encode() + b"1;Ann\x00\x00\x00;Rome;Lamp;12.50\n" * 20)
    assert text_of(found) == HEADER + "1;Ann;Rome;Lamp;12.50\n" * 20
    assert found.notes == ("Zero bytes were left out of the text: 60.",)


def test_utf8_is_read_where_it_lies_and_only_other_text_is_copied(tmp_path):
    for content in (b"a;b\n1;2\n", HEADER.encode() + "1;Zoë;Köln;x;1\n".encode(), codecs.BOM_UTF8 + b"a;b\n1;2\n"):
        assert read(tmp_path, content).path == tmp_path / "orders.csv"
    assert read(tmp_path, "Zoë;Köln\n".encode("cp1252")).path.parent == tmp_path / "copies"


def test_signs_split_between_two_pieces_of_the_file_stay_whole(tmp_path):
    text = "a;b\n" + "é" * 7 + ";" + "x" * (1 << 19) + "\n" + ("y" * 99 + "é\n") * 12_000
    assert text_of(read(tmp_path, text.encode())) == text


@pytest.mark.parametrize("wrong", ["MÃ¼ller", "Kšln", "CafŽ", "Gr┬▀e", "Pawe³", "z³oty", "Êèâð"])
def test_wrong_readings_are_less_legible_than_right_ones(wrong):
    right = {"MÃ¼ller": "Müller", "Kšln": "Köln", "CafŽ": "Café", "Gr┬▀e": "Größe"}
    right |= {"Pawe³": "Paweł", "z³oty": "złoty", "Êèâð": "Київ"}
    assert legibility(wrong) < legibility(right[wrong])


def test_telling_lines_of_few_letters_name_no_east_asian_encoding():
    for word in ("Pénélope", "Clémence", "Äpfel", "Österreich"):
        assert likely_encoding(f"1;{word};2\n".encode("cp1252")) == "cp1252"
    assert likely_encoding("1;Pénélope;2\n".encode("cp850")) == "cp850"
