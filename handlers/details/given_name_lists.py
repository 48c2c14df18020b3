"""Given names of people in Latvia, as they are said; a name is taken only where it is surely one."""

from collections.abc import Mapping
from typing import Final

from kb.model import Language

GIVEN_NAMES: Final[Mapping[Language, str]] = {
    "lv": (
        "Agnese Agris Aija Aiga Ainars Aivars Aldis Alise Alvis Anastasija Andrejs Andris Anete Anita Anna Annija "
        "Antra Arnis Armands Artis Artūrs Arvis Astra Baiba Beāte Dace Daiga Daina Dainis Daniels Dāvis Diāna "
        "Didzis Dita Dzintars Dzintra Edgars Edijs Eduards Egija Egils Elīna Elīza Elza Emīls Ērika Ēriks Estere "
        "Eva Evija Evita Gatis Gints Gita Guna Gundega Guntars Guntis Gunta Helēna Ieva Iveta Igors Ilga Ilmārs "
        "Ilona Ilvija Ilze Imants Ina Inese Inga Ingars Ingrīda Ingus Ināra Intars Ints Irēna Irina Iluta Ivars "
        "Ivo Jana Jānis Jekaterina Jeļena Jolanta Jurģis Juris Justīne Kārlis Karīna Kaspars Katrīna Kristaps "
        "Kristiāna Kristīne Kristers Krišjānis Laila Laima Laimonis Laura Lauris Lāsma Lelde Liene Lidija Liāna "
        "Līga Līva Ludmila Madara Maija Māra Mārcis Mareks Margarita Marija Marika Māris Marta Mārtiņš Matīss "
        "Mihails Modris Monta Monika Natālija Nauris Normunds Nora Oksana Oļegs Olga Oskars Paula Pauls Patrīcija "
        "Pēteris Raimonds Raitis Raivis Ralfs Reinis Renārs Renāte Ričards Rihards Rita Roberts Rolands Ronalds "
        "Rūta Sabīne Samanta Sandis Sandra Sandija Santa Sanita Sarmīte Sergejs Signe Sigita Silva Silvija "
        "Sintija Solvita Svetlana Tatjana Toms Toma Uldis Una Undīne Valdis Valentīna Valters Velga Vika Viesturs "
        "Vija Viktorija Viktors Vilnis Vineta Vita Vitālijs Vizma Vladimirs Zane Zigmārs Zinta Zita"
    ),
    "ru": (
        "Александр Александра Алексей Алёна Алена Алина Алиса Алла Анастасия Анатолий Андрей Анжела Анна Антон "
        "Арина Артём Артем Артур Валентин Валентина Валерий Валерия Варвара Василий Вера Вероника Виктор Виктория "
        "Виталий Владимир Владислав Влад Вячеслав Галина Георгий Даниил Данила Даша Дарья Денис Дима Диана "
        "Дмитрий Евгений Евгения Екатерина Катя Елена Лена Елизавета Лиза Жанна Зоя Иван Игорь Илона Илья Инга "
        "Инна Ирина Ира Карина Кирилл Константин Костя Кристина Ксения Лариса Лаура Лидия Лия Людмила Люда Майя "
        "Максим Маргарита Рита Марина Мария Маша Марк Михаил Миша Надя Наталья Наталия Наташа Никита Николай Коля "
        "Нина Оксана Олег Ольга Оля Павел Паша Пётр Петр Полина Раиса Регина Роман Рома Руслан Саша Светлана "
        "Света Семён Семен Сергей Серёжа Сережа Снежана София Софья Станислав Стас Степан Таня Татьяна Тимур "
        "Ульяна Федор Фёдор Эдуард Элина Эльвира Юлия Юля Юрий Юра Яна Ярослав"
    ),
    "en": (
        "Alex Alice Andrew Angela Ann Anne Anthony Barbara Ben Catherine Charles Chris Christina Christine Daniel "
        "David Edward Elena Elizabeth Emily Emma Eric Eva George Helen Henry Irene Jack James Jane Jennifer John "
        "Julia Julie Kate Katherine Kevin Laura Lisa Lucy Maria Martin Mary Michael Mike Monica Natalie Nick "
        "Nicole Oliver Olivia Patrick Paul Peter Richard Robert Sam Sandra Sarah Simon Sophie Steven Susan Thomas "
        "Tom Victor Victoria William"
    ),
}
"""By language, separated by spaces."""
