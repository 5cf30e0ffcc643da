//! Made-up people.

use fastrand::Rng;

use crate::event::{Athlete, Athletes, Gender, Official, Officials};

/// Common names of a country, which are combined at random so that they are no real person's.
struct Nation {
    code: &'static str,
    men: [&'static str; 3],
    women: [&'static str; 3],
    families: [&'static str; 4],
}

#[rustfmt::skip]
const NATIONS: [Nation; 24] = [
    Nation { code: "AZE", men: ["Rəşad", "Elçin", "Tural"], women: ["Gülnar", "Aysel", "Sevda"], families: ["QULU", "ŞAHİN", "ƏSGƏR", "NURİ"] },
    Nation { code: "BRA", men: ["João", "Caio", "Márcio"], women: ["Inês", "Luíza", "Taís"], families: ["ARAÚJO", "SIMÕES", "BRANDÃO", "PENHA"] },
    Nation { code: "BUL", men: ["Борис", "Иван", "Петър"], women: ["Мила", "Рада", "Яна"], families: ["ГЕО", "КОЛЬО", "ДЪБ", "СТОЙЧО"] },
    Nation { code: "CHN", men: ["Wei", "Jun", "Lei"], women: ["Lü", "Xin", "Yan"], families: ["ZHAO", "LÜ", "QIN", "SHEN"] },
    Nation { code: "CIV", men: ["Yao", "Kouassi", "Désiré"], women: ["Aïcha", "Adjoua", "Mariétou"], families: ["KOUAMÉ", "TRAORÉ", "N'DRI", "BAMBA"] },
    Nation { code: "CRO", men: ["Borna", "Luka", "Šime"], women: ["Dana", "Željka", "Lucija"], families: ["ĐURIĆ", "MARIČIĆ", "ŠKARO", "VRANČIĆ"] },
    Nation { code: "CZE", men: ["Jiří", "Matěj", "Ondřej"], women: ["Žofie", "Eliška", "Klára"], families: ["DVOŘÁK", "ŘÍHA", "ŠŤASTNÝ", "HŮLKA"] },
    Nation { code: "EGY", men: ["Karim", "Tarek", "Omar"], women: ["Salma", "Nour", "Hana"], families: ["FAHMY", "SABRY", "ZAKI", "HELMY"] },
    Nation { code: "ESP", men: ["José", "Iñaki", "Raúl"], women: ["Begoña", "Lucía", "Rocío"], families: ["GARCÍA", "PEÑA", "IBÁÑEZ", "MUÑOZ"] },
    Nation { code: "FRA", men: ["Zoé-Luc", "Loïc", "Rémi"], women: ["Maëlle", "Anaïs", "Inès"], families: ["LEFÈVRE", "GARÇON", "ÉTOILE", "NOËL"] },
    Nation { code: "GBR", men: ["Owen", "Jamie", "Callum"], women: ["Freya", "Siân", "Isla"], families: ["ASHDOWN", "PRYCE", "O'HARA", "WOOD-LEE"] },
    Nation { code: "GER", men: ["Jörg", "Björn", "Lukas"], women: ["Käthe", "Rita", "Sünje"], families: ["MÜLLER", "GRÖßER", "SCHÄFER", "WEIß"] },
    Nation { code: "GRE", men: ["Νίκος", "Πάρις", "Σπύρος"], women: ["Ελένη", "Ζωή", "Δάφνη"], families: ["ΠΑΠΠΑΣ", "ΒΛΑΧΟΥ", "ΜΩΡΟΣ", "ΛΙΒΑ"] },
    Nation { code: "HUN", men: ["Ákos", "Gergő", "Máté"], women: ["Zsófia", "Réka", "Virág"], families: ["SZŰCS", "KŐVÁRI", "TÓTH-NAGY", "ÖRDÖG"] },
    Nation { code: "ITA", men: ["Niccolò", "Dario", "Ugo"], women: ["Noemi", "Chiara", "Zoè"], families: ["D'ALÙ", "FERRI", "CANTÙ", "MORO"] },
    Nation { code: "JOR", men: ["Zaid", "Hamza", "Fares"], women: ["Rana", "Dina", "Leen"], families: ["HADDAD", "KHATIB", "SALTI", "NABER"] },
    Nation { code: "KAZ", men: ["Нұржан", "Ерлан", "Әділ"], women: ["Айгүл", "Дана", "Сәуле"], families: ["ОСПАН", "ҚАСЫМ", "ЖҰМА", "ӘБІШ"] },
    Nation { code: "KOR", men: ["도윤", "Jun-ho", "서준"], women: ["하은", "Seo-yeon", "지우"], families: ["김", "PARK", "최", "LIM"] },
    Nation { code: "MEX", men: ["Ángel", "Tomás", "Saúl"], women: ["Itzel", "Renée", "Sofía"], families: ["NÚÑEZ", "LEÓN", "MONDRAGÓN", "RÍOS"] },
    Nation { code: "POL", men: ["Łukasz", "Paweł", "Bartłomiej"], women: ["Zuzanna", "Bożena", "Małgorzata"], families: ["ŻÓŁĆ", "WÓJCIK", "ŚWIĄTEK", "GRZĄDŹ"] },
    Nation { code: "SRB", men: ["Miloš", "Đorđe", "Vuk"], women: ["Tijana", "Nađa", "Saška"], families: ["BOŽOVIĆ", "ŽIVKO", "ĆIRIĆ", "RADIŠ"] },
    Nation { code: "SWE", men: ["Åke", "Göran", "Nils"], women: ["Maja", "Åsa", "Märta"], families: ["SJÖ", "ÅBERG", "HÄGG", "LUND"] },
    Nation { code: "TUR", men: ["Çağrı", "Emre", "İlker"], women: ["Zeynep", "Gökçe", "Şule"], families: ["YILDIZ", "ÖZGÜR", "IŞIK", "DAĞ"] },
    Nation { code: "USA", men: ["Tyler", "Andre", "Mateo"], women: ["Grace", "Paige", "Renée"], families: ["HOLLOWAY", "BANKS", "CRUZ", "McADAM"] },
];

pub(super) fn pick<'a, T>(rng: &mut Rng, among: &'a [T]) -> Option<&'a T> {
    among.get(rng.usize(..among.len().max(1)))
}

/// Given name, family name, country.
fn person(rng: &mut Rng, gender: Gender) -> Option<(&'static str, &'static str, &'static str)> {
    let nation = pick(rng, &NATIONS)?;
    let given = match gender {
        Gender::Men => &nation.men,
        Gender::Women => &nation.women,
    };
    Some((pick(rng, given)?, pick(rng, &nation.families)?, nation.code))
}

pub(super) fn athletes(rng: &mut Rng, gender: Gender) -> Athletes {
    let mut athlete = || {
        let Some((given, family, country)) = person(rng, gender) else { return Athlete::default() };
        let initial: String = given.chars().take(1).collect();
        Athlete {
            short_name: Some(format!("{initial}. {family}")),
            long_name: Some(format!("{given} {family}")),
            country: Some(country.to_owned()),
        }
    };
    let blue = athlete();
    let mut red = athlete();
    while red.long_name == blue.long_name {
        red = athlete();
    }
    Athletes { blue, red }
}

/// A referee and three more; many consoles do not know their names.
pub(super) fn officials(rng: &mut Rng) -> Officials {
    let known = rng.u8(..3) > 0;
    let mut official = || {
        let gender = if rng.bool() { Gender::Men } else { Gender::Women };
        match person(rng, gender) {
            Some((given, family, country)) if known => {
                Official { name: Some(format!("{given} {family}")), country: Some(country.to_owned()) }
            }
            _ => Official::default(),
        }
    };
    Officials { referee: official(), judges: vec![official(), official(), official()] }
}
