//! What a program may do, and the published examples of transformations.

#![expect(clippy::needless_pass_by_value, reason = "tables of cases are built where they are used")]

use super::Program;
use serde_json::{Value, json};

#[track_caller]
fn refuses(program: &str, expected: &str) {
    let error = Program::new(program, 1000).err().unwrap_or_default();
    assert_eq!(error, expected, "{program}");
}

#[track_caller]
fn rejects(program: &str, record: &str, expected: &str) {
    assert_eq!(Program::new(program, 1000).unwrap().run(record).unwrap_err(), expected, "{program}");
}

#[test]
fn nothing_but_the_record_can_be_seen() {
    const WHY: &str = ": a transform sees its record and nothing else";
    for (name, kind) in [
        ("env", "filter"),
        ("$ENV", "variable"),
        ("input", "filter"),
        ("inputs", "filter"),
        ("input_filename", "filter"),
        ("debug", "filter"),
        ("stderr", "filter"),
        ("halt", "filter"),
        ("halt_error", "filter"),
        ("localtime", "filter"),
    ] {
        refuses(name, &format!("line 1, column 1 of the program: there is no {kind} `{name}`{WHY}"));
    }
    refuses(
        "{\n  a: .b,\n  c: env.HOME\n}",
        "line 3, column 6 of the program: there is no filter `env`: a transform sees its record and nothing else",
    );
    for import in [r#"import "/etc/passwd" as x; ."#, r#"include "secrets"; ."#] {
        let error = Program::new(import, 1000).err().unwrap();
        assert!(error.ends_with("there is no such module: `iotc` is the only one"), "{error}");
    }
    // Not even by a name of its own: a program's definitions are made of what there is.
    assert!(Program::new("def env: .; env", 1000).is_ok());
}

#[test]
fn mistakes_have_their_place() {
    refuses("nosuch(1)", "line 1, column 1 of the program: there is no filter `nosuch`");
    refuses("{a: .b", "line 1, column 7 of the program: expected closing brace");
    refuses("if .a", "line 1, column 6 of the program: expected then");
    refuses("", "line 1, column 1 of the program: expected term");
}

#[test]
fn what_is_no_row_is_named() {
    rejects(".a", r#"{"a": [1]}"#, "the transform gives an array: end it with `[]` for a row of each element");
    rejects(".b", r#"{"a": [1]}"#, "the transform gives null: `empty` leaves a record out");
    rejects("length", r#"{"a": [1]}"#, "the transform gives a value that is no object");
    rejects("{a: (0 / 0)}", "{}", "the transform gives an object that is no JSON");
    rejects("{(1): 2}", "{}", "the transform gives an object that is no JSON");
    rejects(".a.b", r#"{"a": [1]}"#, "the transform fails on it: cannot index [1] with \"b\"");
    // A text that is JSON may nest as deep as the record itself.
    let nested = |levels: usize| format!(r#"{{"t": "{}1{}"}}"#, "[".repeat(levels), "]".repeat(levels));
    assert_eq!(
        Program::new("{n: (.t | fromjson | flatten[0])}", 1000).unwrap().run(&nested(500)).unwrap(),
        [r#"{"n":1}"#]
    );
    for program in ["{n: (.t | fromjson)}", "{n: (.t | tonumber)}"] {
        rejects(program, &nested(1_000_000), "the transform fails on it: \"it nests deeper than 512 levels\"");
    }
    // A comment is no text that begins at a quote in it, nor is a text a comment.
    for comment in [r#"#\"\n"#, r#"[1]#\"\n"#, r##"\"#\""##] {
        let text = format!(r#"{{"t": "{comment}{}"}}"#, "[".repeat(1_000_000));
        rejects("{n: (.t | fromjson)}", &text, "the transform fails on it: \"it nests deeper than 512 levels\"");
    }
    // What came before an error does not count.
    rejects("{a: 1}, error(\"x\")", "{}", "the transform fails on it: \"x\"");
    rejects("repeat({})", "{}", "the transform gives more than 1000 bytes for it");
    rejects(".", &format!("{}1{}", "[".repeat(513), "]".repeat(513)), "it nests deeper than 512 levels");
}

#[test]
fn a_number_has_an_end() {
    const TOO_LONG: &str = "it has a number of more than 1000 characters";
    let digits = |count| "7".repeat(count);
    let kept = |record: &str| assert_eq!(Program::new(".", 9000).unwrap().run(record).unwrap(), [record]);
    kept(&format!(r#"{{"a":{0},"b":-{0}}}"#, digits(999)));
    kept(&format!(r#"{{"a":"{}"}}"#, digits(5000)));
    for number in [digits(1001), format!("-{}", digits(1_000_000)), format!("0.{}", digits(1000))] {
        rejects("{a: .b}", &format!(r#"{{"a": [1, {number}]}}"#), TOO_LONG);
        for program in ["{n: (.t | fromjson)}", "{n: (.t | tonumber)}"] {
            let expected = format!("the transform fails on it: \"{TOO_LONG}\"");
            rejects(program, &format!(r#"{{"t": "{number}"}}"#), &expected);
        }
    }
}

#[test]
fn endless_values_end() {
    let program = Program::new("repeat({})", usize::MAX).unwrap();
    assert_eq!(program.run("{}").unwrap_err(), "the transform gives more than 10000 values for it");
}

#[test]
fn numbers_and_texts_are_kept_as_they_came() {
    let record = r#"{"n":12345678901234567890123,"d":1.10,"e":1e400,"t":"\u0000ü\"\\🦀","z":-0.0}"#;
    let kept = Program::new(".", 1000).unwrap().run(record).unwrap();
    assert_eq!(kept, [r#"{"n":12345678901234567890123,"d":1.10,"e":1e400,"t":"\u0000ü\"\\🦀","z":-0.0}"#]);
    let time = Program::new("{at: (.ms / 1000 | todate)}", 1000).unwrap().run(r#"{"ms": 1700000000123}"#).unwrap();
    assert_eq!(time, [r#"{"at":"2023-11-14T22:13:20.123Z"}"#]);
}

/// A telemetry message, in the form that Azure IoT Central exports.
fn message(telemetry: Value) -> Value {
    json!({
        "applicationId": "a0000000-0000-4000-8000-000000000001", "messageSource": "telemetry", "enqueuedTime": "2021-03-23T19:55:56.971Z",
        "device": {"id": "brace-7", "name": "Brace 7", "templateId": "urn:braces:one", "templateName": "Knee brace", "simulated": true,
            "properties": {"reported": [{"id": "urn:fw", "name": "FirmwareVersion", "value": 1.0}]}, "cloudProperties": []},
        "telemetry": telemetry, "enrichments": {"site": "north"},
    })
}

/// Checks the rows of `program`, in which the order of the fields is not said.
#[track_caller]
fn gives(program: &str, message: &Value, expected: Value) {
    let rows = Program::new(program, 100_000).unwrap().run(&message.to_string()).unwrap();
    let rows: Vec<Value> = rows.iter().map(|row| serde_json::from_str(row).unwrap()).collect();
    assert_eq!(Value::from(rows), expected, "{program}");
}

/// The examples of "Transform data inside your IoT Central application for export", with messages of our own in the same form.
#[test]
fn the_examples_of_iot_central_give_what_they_show() {
    let two = message(json!([
        {"id": "urn:acc", "name": "Acceleration", "value": {"x": 19.2, "y": 20.5, "z": 54.0}},
        {"id": "urn:rom", "name": "RangeOfMotion", "value": 110},
    ]));
    gives(".telemetry[]", &two, two["telemetry"].clone());
    gives(
        ".telemetry | map({ key: .name, value: .value }) | from_entries",
        &two,
        json!([{"Acceleration": {"x": 19.2, "y": 20.5, "z": 54.0}, "RangeOfMotion": 110}]),
    );
    gives(
        "import \"iotc\" as iotc;\n{ rangeOfMotion: (.telemetry | iotc::find(.name == \"RangeOfMotion\").value | . * 3.14159265358979323846 / 180) }",
        &two,
        json!([{"rangeOfMotion": 1.919_862_177_193_762_5}]),
    );
    // The page shows the device's id here, which its own message has as `.device.id`: `.deviceId` is null, in jq too.
    gives(
        "import \"iotc\" as iotc;\n{ deviceId: .deviceId, timestamp: .enqueuedTime, rangeOfMotion: .telemetry | iotc::find(.name == \"RangeOfMotion\").value }",
        &two,
        json!([{"deviceId": null, "timestamp": "2021-03-23T19:55:56.971Z", "rangeOfMotion": 110}]),
    );
    let three = message(json!([
        {"name": "t1", "value": 1.25e308}, {"name": "t2", "value": 2}, {"name": "t3", "value": 3},
    ]));
    gives(
        "import \"iotc\" as iotc;\n{ deviceId: .device.id, Timestamp: .enqueuedTime, T1: .telemetry | iotc::find(.name == \"t1\").value,\n\
         T2: .telemetry | iotc::find(.name == \"t2\").value, T3: .telemetry | iotc::find(.name == \"t3\").value, }",
        &three,
        json!([{"deviceId": "brace-7", "Timestamp": "2021-03-23T19:55:56.971Z", "T1": 1.25e308, "T2": 2, "T3": 3}]),
    );
}

#[test]
fn one_message_becomes_several_rows_as_iot_central_shows() {
    let nested = message(json!([
        {"name": "data", "value": [
            {"id": "sub1", "values": {"running": true, "cycleCount": 2315}},
            {"id": "sub2", "values": {"running": false, "cycleCount": 824_567}},
        ]},
        {"name": "parentStatus", "value": "healthy"},
    ]));
    let row = |sub: &str, running: bool, cycles: i64| {
        json!({"enqueuedTime": "2021-03-23T19:55:56.971Z", "deviceId": "brace-7", "parentStatus": "healthy",
            "subdeviceId": sub, "running": running, "cycleCount": cycles})
    };
    gives(
        "import \"iotc\" as iotc;\n{ enqueuedTime: .enqueuedTime, deviceId: .device.id,\n\
         parentStatus: .telemetry | iotc::find(.name == \"parentStatus\").value } + (\n\
         .telemetry | iotc::find(.name == \"data\").value[] | { subdeviceId: .id, running: .values.running, cycleCount: .values.cycleCount })",
        &nested,
        json!([row("sub1", true, 2315), row("sub2", false, 824_567)]),
    );
}

#[test]
fn a_message_of_another_template_is_left_out_as_iot_central_shows() {
    let program = "import \"iotc\" as iotc;\nif .device.templateId == \"urn:braces:one\" then { deviceId: .device.id, timestamp: .enqueuedTime,\n\
        deviceName: .device.name, systolic: .telemetry | iotc::find(.name == \"BloodPressure\").value.Systolic,\n\
        heartRate: .telemetry | iotc::find(.name == \"HeartRate\").value } else empty end";
    let mut vitals = message(json!([
        {"name": "HeartRate", "value": -63}, {"name": "BloodPressure", "value": {"Diastolic": 16, "Systolic": -96}},
    ]));
    let row = json!({"deviceId": "brace-7", "timestamp": "2021-03-23T19:55:56.971Z", "deviceName": "Brace 7", "systolic": -96, "heartRate": -63});
    gives(program, &vitals, json!([row]));
    vitals["device"]["templateId"] = json!("urn:other");
    gives(program, &vitals, json!([]));
}

#[test]
fn every_value_is_a_row_of_the_guides_table_as_iot_central_shows() {
    let program = ". as $in | .telemetry[] | { EnqueuedTime: $in.enqueuedTime, Message: $in.messageId, Application: $in.applicationId,\n\
        Device: $in.device.id, Simulated: $in.device.simulated, Template: ($in.device.templateName // \"\"), Module: ($in.module // \"\"),\n\
        Component: ($in.component // \"\"), Capability: .name, Value: .value }";
    let vitals = message(json!([
        {"name": "HeartRate", "value": -63}, {"name": "FallDetection", "value": "none"},
        {"name": "BloodPressure", "value": {"Diastolic": 16, "Systolic": -96}},
    ]));
    let row = |capability: &str, value: Value| {
        json!({"EnqueuedTime": "2021-03-23T19:55:56.971Z", "Message": null, "Application": "a0000000-0000-4000-8000-000000000001",
            "Device": "brace-7", "Simulated": true, "Template": "Knee brace", "Module": "", "Component": "",
            "Capability": capability, "Value": value})
    };
    let rows = json!([
        row("HeartRate", json!(-63)),
        row("FallDetection", json!("none")),
        row("BloodPressure", json!({"Diastolic": 16, "Systolic": -96})),
    ]);
    gives(program, &vitals, rows);
}
