//! Conversions between units of measure.
//!
//! The factors are those of the definitions: the SI's prefixes, the international yard and pound of 1959, the gallons of
//! the United States and of 1976's Imperial measure. A unit without a definition that is exact is refused.

use crate::engine::context::Context;
use crate::engine::error::{EngineError, Result};
use crate::engine::functions::{ContextFunction, Function};
use crate::storage::convert::to_real;
use crate::storage::value::Value::{self, Null, Real};
use std::f64::consts::PI;

const SIGNATURE: &str = "(value:real, from:string, to:string) -> real";

pub(super) const FUNCTIONS: &[Function] = &[
    convert("convert_angle", "An angle in another unit.", |values, _| linear(values, ANGLE)),
    convert("convert_energy", "An energy in another unit.", |values, _| linear(values, ENERGY)),
    convert("convert_force", "A force in another unit.", |values, _| linear(values, FORCE)),
    convert("convert_length", "A length in another unit.", |values, _| linear(values, LENGTH)),
    convert("convert_mass", "A mass in another unit.", |values, _| linear(values, MASS)),
    convert("convert_speed", "A speed in another unit.", |values, _| linear(values, SPEED)),
    convert("convert_volume", "A volume in another unit.", |values, _| linear(values, VOLUME)),
    convert("convert_temperature", "A temperature in another unit.", temperature),
];

const fn convert(name: &'static str, doc: &'static str, function: ContextFunction) -> Function {
    Function::context(name, SIGNATURE, doc, function)
}

/// A unit's name and how many of the first unit of its table it is; not a number where that has no exact definition.
type Unit = (&'static str, f64);

const INEXACT: f64 = f64::NAN;
const INCH: f64 = 0.0254;
const FOOT: f64 = 0.3048;
const YARD: f64 = 0.9144;
const MILE: f64 = 1609.344;
const US_SURVEY_FOOT: f64 = 1200.0 / 3937.0;
const POUND: f64 = 0.453_592_37;
const STANDARD_GRAVITY: f64 = 9.806_65;
const US_GALLON: f64 = 0.003_785_411_784;
const IMPERIAL_GALLON: f64 = 0.004_546_09;
const CUBIC_FOOT: f64 = FOOT * FOOT * FOOT;
const ELECTRON_VOLT: f64 = 1.602_176_634e-19;
/// The British thermal unit of the International Table.
const THERMAL_UNIT: f64 = 1_055.055_852_62;
const WATT_HOUR: f64 = 3600.0;
const WATT_DAY: f64 = 86_400.0;
const CALORIE: f64 = 4.184;

const ANGLE: &[Unit] = &[
    ("Radian", 1.0),
    ("Centiradian", 1e-2),
    ("Deciradian", 1e-1),
    ("Milliradian", 1e-3),
    ("Microradian", 1e-6),
    ("Nanoradian", 1e-9),
    ("Degree", PI / 180.0),
    ("Millidegree", PI / 180.0 * 1e-3),
    ("Microdegree", PI / 180.0 * 1e-6),
    ("Nanodegree", PI / 180.0 * 1e-9),
    ("Arcminute", PI / 180.0 / 60.0),
    ("Arcsecond", PI / 180.0 / 3600.0),
    ("Gradian", PI / 200.0),
    ("Revolution", 2.0 * PI),
    ("NatoMil", PI / 3200.0),
    ("Tilt", INEXACT),
];
const ENERGY: &[Unit] = &[
    ("Joule", 1.0),
    ("Millijoule", 1e-3),
    ("Kilojoule", 1e3),
    ("Megajoule", 1e6),
    ("Gigajoule", 1e9),
    ("Erg", 1e-7),
    ("Calorie", CALORIE),
    ("Kilocalorie", CALORIE * 1e3),
    ("Megacalorie", CALORIE * 1e6),
    ("BritishThermalUnit", THERMAL_UNIT),
    ("KilobritishThermalUnit", THERMAL_UNIT * 1e3),
    ("MegabritishThermalUnit", THERMAL_UNIT * 1e6),
    ("GigabritishThermalUnit", THERMAL_UNIT * 1e9),
    ("ElectronVolt", ELECTRON_VOLT),
    ("KiloelectronVolt", ELECTRON_VOLT * 1e3),
    ("MegaelectronVolt", ELECTRON_VOLT * 1e6),
    ("GigaelectronVolt", ELECTRON_VOLT * 1e9),
    ("TeraelectronVolt", ELECTRON_VOLT * 1e12),
    ("WattHour", WATT_HOUR),
    ("KilowattHour", WATT_HOUR * 1e3),
    ("MegawattHour", WATT_HOUR * 1e6),
    ("GigawattHour", WATT_HOUR * 1e9),
    ("TerawattHour", WATT_HOUR * 1e12),
    ("WattDay", WATT_DAY),
    ("KilowattDay", WATT_DAY * 1e3),
    ("MegawattDay", WATT_DAY * 1e6),
    ("GigawattDay", WATT_DAY * 1e9),
    ("TerawattDay", WATT_DAY * 1e12),
    ("FootPound", FOOT * POUND * STANDARD_GRAVITY),
    ("DecathermEc", INEXACT),
    ("DecathermImperial", INEXACT),
    ("DecathermUs", INEXACT),
    ("HorsepowerHour", INEXACT),
    ("ThermEc", INEXACT),
    ("ThermImperial", INEXACT),
    ("ThermUs", INEXACT),
];
const FORCE: &[Unit] = &[
    ("Newton", 1.0),
    ("Micronewton", 1e-6),
    ("Millinewton", 1e-3),
    ("Decanewton", 1e1),
    ("Kilonewton", 1e3),
    ("Meganewton", 1e6),
    ("Dyn", 1e-5),
    ("KilogramForce", STANDARD_GRAVITY),
    ("KiloPond", STANDARD_GRAVITY),
    ("TonneForce", STANDARD_GRAVITY * 1e3),
    ("PoundForce", POUND * STANDARD_GRAVITY),
    ("KilopoundForce", POUND * STANDARD_GRAVITY * 1e3),
    ("OunceForce", POUND * STANDARD_GRAVITY / 16.0),
    ("ShortTonForce", POUND * STANDARD_GRAVITY * 2000.0),
    ("Poundal", POUND * FOOT),
];
const LENGTH: &[Unit] = &[
    ("Meter", 1.0),
    ("Angstrom", 1e-10),
    ("Nanometer", 1e-9),
    ("Micrometer", 1e-6),
    ("Millimeter", 1e-3),
    ("Centimeter", 1e-2),
    ("Decimeter", 1e-1),
    ("Decameter", 1e1),
    ("Hectometer", 1e2),
    ("Kilometer", 1e3),
    ("Inch", INCH),
    ("Microinch", INCH * 1e-6),
    ("Mil", INCH * 1e-3),
    ("Hand", INCH * 4.0),
    ("Foot", FOOT),
    ("Yard", YARD),
    ("Fathom", YARD * 2.0),
    ("Shackle", YARD * 30.0),
    ("Chain", YARD * 22.0),
    ("Mile", MILE),
    ("DataMile", FOOT * 6000.0),
    ("NauticalMile", 1852.0),
    ("UsSurveyFoot", US_SURVEY_FOOT),
    ("AstronomicalUnit", 149_597_870_700.0),
    ("LightYear", 9_460_730_472_580_800.0),
    ("KilolightYear", 9_460_730_472_580_800.0 * 1e3),
    ("MegalightYear", 9_460_730_472_580_800.0 * 1e6),
    ("DtpPoint", INCH / 72.0),
    ("DtpPica", INCH / 6.0),
    ("Twip", INCH / 1440.0),
    ("Kiloparsec", INEXACT),
    ("Megaparsec", INEXACT),
    ("Parsec", INEXACT),
    ("PrinterPica", INEXACT),
    ("PrinterPoint", INEXACT),
    ("SolarRadius", INEXACT),
];
const MASS: &[Unit] = &[
    ("Kilogram", 1.0),
    ("Nanogram", 1e-12),
    ("Microgram", 1e-9),
    ("Milligram", 1e-6),
    ("Centigram", 1e-5),
    ("Decigram", 1e-4),
    ("Gram", 1e-3),
    ("Decagram", 1e-2),
    ("Hectogram", 1e-1),
    ("Tonne", 1e3),
    ("Kilotonne", 1e6),
    ("Megatonne", 1e9),
    ("Pound", POUND),
    ("Kilopound", POUND * 1e3),
    ("Megapound", POUND * 1e6),
    ("Ounce", POUND / 16.0),
    ("Grain", POUND / 7000.0),
    ("Stone", POUND * 14.0),
    ("ShortHundredweight", POUND * 100.0),
    ("LongHundredweight", POUND * 112.0),
    ("ShortTon", POUND * 2000.0),
    ("LongTon", POUND * 2240.0),
    ("Slug", POUND * STANDARD_GRAVITY / FOOT),
    ("EarthMass", INEXACT),
    ("SolarMass", INEXACT),
];
const SPEED: &[Unit] = &[
    ("MeterPerSecond", 1.0),
    ("MeterPerMinute", 1.0 / 60.0),
    ("MeterPerHour", 1.0 / 3600.0),
    ("NanometerPerSecond", 1e-9),
    ("NanometerPerMinute", 1e-9 / 60.0),
    ("MicrometerPerSecond", 1e-6),
    ("MicrometerPerMinute", 1e-6 / 60.0),
    ("MillimeterPerSecond", 1e-3),
    ("MillimeterPerMinute", 1e-3 / 60.0),
    ("MillimeterPerHour", 1e-3 / 3600.0),
    ("CentimeterPerSecond", 1e-2),
    ("CentimeterPerMinute", 1e-2 / 60.0),
    ("CentimeterPerHour", 1e-2 / 3600.0),
    ("DecimeterPerSecond", 1e-1),
    ("DecimeterPerMinute", 1e-1 / 60.0),
    ("KilometerPerSecond", 1e3),
    ("KilometerPerMinute", 1e3 / 60.0),
    ("KilometerPerHour", 1e3 / 3600.0),
    ("InchPerSecond", INCH),
    ("InchPerMinute", INCH / 60.0),
    ("InchPerHour", INCH / 3600.0),
    ("FootPerSecond", FOOT),
    ("FootPerMinute", FOOT / 60.0),
    ("FootPerHour", FOOT / 3600.0),
    ("YardPerSecond", YARD),
    ("YardPerMinute", YARD / 60.0),
    ("YardPerHour", YARD / 3600.0),
    ("UsSurveyFootPerSecond", US_SURVEY_FOOT),
    ("UsSurveyFootPerMinute", US_SURVEY_FOOT / 60.0),
    ("UsSurveyFootPerHour", US_SURVEY_FOOT / 3600.0),
    ("MilePerHour", MILE / 3600.0),
    ("Knot", 1852.0 / 3600.0),
];
const VOLUME: &[Unit] = &[
    ("CubicMeter", 1.0),
    ("CubicDecimeter", 1e-3),
    ("CubicCentimeter", 1e-6),
    ("CubicMillimeter", 1e-9),
    ("CubicMicrometer", 1e-18),
    ("CubicHectometer", 1e6),
    ("CubicKilometer", 1e9),
    ("HectocubicMeter", 1e2),
    ("KilocubicMeter", 1e3),
    ("Liter", 1e-3),
    ("Microliter", 1e-9),
    ("Milliliter", 1e-6),
    ("Centiliter", 1e-5),
    ("Deciliter", 1e-4),
    ("Decaliter", 1e-2),
    ("Hectoliter", 1e-1),
    ("Kiloliter", 1.0),
    ("Megaliter", 1e3),
    ("CubicInch", INCH * INCH * INCH),
    ("CubicFoot", CUBIC_FOOT),
    ("HectocubicFoot", CUBIC_FOOT * 1e2),
    ("KilocubicFoot", CUBIC_FOOT * 1e3),
    ("MegacubicFoot", CUBIC_FOOT * 1e6),
    ("CubicYard", YARD * YARD * YARD),
    ("CubicMile", MILE * MILE * MILE),
    ("BoardFoot", CUBIC_FOOT / 12.0),
    ("UsGallon", US_GALLON),
    ("DeciusGallon", US_GALLON * 1e-1),
    ("DecausGallon", US_GALLON * 1e1),
    ("HectousGallon", US_GALLON * 1e2),
    ("KilousGallon", US_GALLON * 1e3),
    ("MegausGallon", US_GALLON * 1e6),
    ("UsQuart", US_GALLON / 4.0),
    ("UsPint", US_GALLON / 8.0),
    ("UsCustomaryCup", US_GALLON / 16.0),
    ("UsOunce", US_GALLON / 128.0),
    ("UsTablespoon", US_GALLON / 256.0),
    ("UsTeaspoon", US_GALLON / 768.0),
    ("UsLegalCup", 2.4e-4),
    ("OilBarrel", US_GALLON * 42.0),
    ("UsBeerBarrel", US_GALLON * 31.0),
    ("ImperialGallon", IMPERIAL_GALLON),
    ("KiloimperialGallon", IMPERIAL_GALLON * 1e3),
    ("MegaimperialGallon", IMPERIAL_GALLON * 1e6),
    ("ImperialPint", IMPERIAL_GALLON / 8.0),
    ("ImperialOunce", IMPERIAL_GALLON / 160.0),
    ("ImperialBeerBarrel", IMPERIAL_GALLON * 36.0),
    ("MetricCup", 2.5e-4),
    ("MetricTeaspoon", 5e-6),
    ("AuTablespoon", 2e-5),
    ("UkTablespoon", 1.5e-5),
    ("AcreFoot", INEXACT),
];

/// The factor of a unit; none where there is no such unit.
fn factor(units: &[Unit], name: &Value<'_>) -> Result<Option<f64>> {
    let name = name.to_text();
    match units.iter().find(|(unit, _)| *unit == name) {
        Some((_, factor)) if factor.is_nan() => Err(EngineError::not_supported(format!("the unit '{name}'"))),
        found => Ok(found.map(|(_, factor)| *factor)),
    }
}

fn linear<'a>(values: &[Value<'a>], units: &[Unit]) -> Result<Value<'a>> {
    let [value, from, to] = values else { return Ok(Null) };
    Ok(match (to_real(value), factor(units, from)?, factor(units, to)?) {
        (Some(value), Some(from), Some(to)) => Real(value * from / to),
        _ => Null,
    })
}

/// Units of temperature, as kelvins for a degree and the kelvins of their zero.
const TEMPERATURE: &[(&str, f64, f64)] = &[
    ("Kelvin", 1.0, 0.0),
    ("DegreeCelsius", 1.0, 273.15),
    ("MillidegreeCelsius", 1e-3, 273.15),
    ("DegreeFahrenheit", 5.0 / 9.0, 459.67 * 5.0 / 9.0),
    ("DegreeRankine", 5.0 / 9.0, 0.0),
    ("DegreeDelisle", -2.0 / 3.0, 373.15),
    ("DegreeNewton", 100.0 / 33.0, 273.15),
    ("DegreeReaumur", 1.25, 273.15),
    ("DegreeRoemer", 40.0 / 21.0, 273.15 - 7.5 * 40.0 / 21.0),
    ("SolarTemperature", INEXACT, INEXACT),
];

fn temperature<'a>(values: &[Value<'a>], _: &Context) -> Result<Value<'a>> {
    let [value, from, to] = values else { return Ok(Null) };
    let unit = |name: &Value<'_>| {
        let name = name.to_text();
        match TEMPERATURE.iter().find(|(unit, _, _)| *unit == name) {
            Some((_, degree, _)) if degree.is_nan() => Err(EngineError::not_supported(format!("the unit '{name}'"))),
            found => Ok(found),
        }
    };
    Ok(match (to_real(value), unit(from)?, unit(to)?) {
        (Some(value), Some((_, degree, zero)), Some((_, other_degree, other_zero))) => {
            Real((value * degree + zero - other_zero) / other_degree)
        }
        _ => Null,
    })
}
