import Files
import Glibc
import Testing

@Suite("read and write") struct FileCommandTests {
  let folder = FixtureFolder()

  @Test(
    "a value written reads back as it was",
    arguments: [
      (#"[{a: 1, b: 0.1}, {a: null, b: 1e-300}] | table"#, "csv"),
      (#"[{a: 1, b: 0.1}, {a: null, b: 1e-300}] | table"#, "tsv"),
      (#"[{a: 1, b: [1, {c: "x"}]}] | table"#, "json"),
      (#"{a: [1, 2.5, null], b: {c: true}}"#, "json"),
      (#"[{a: 1, b: [0.1]}, {a: 2, b: []}] | table"#, "jsonl"), (#"[1, "two", [3]]"#, "jsonl"),
      (#""text\nwith é and \u{1F600}""#, "txt"), ("tensor.normal [3, 4] seed=1", "npy"),
      ("tensor.from([true, false])", "npy"), ("tensor.from([1, 2], type=u8)", "npy"),
      (#""# + "\"# Title\\n\"", "md"),
    ])
  func roundTrip(value: String, ending: String) {
    let script = "x = \(value)\nx | write \"out.\(ending)\"\nx == read(\"out.\(ending)\")"
    let result = shown(ending == "npy" ? script + " | all" : script, in: folder)
    #expect(result == "true", "\(script)")
  }

  @Test(
    "what cannot be read or written",
    arguments: [
      (#"read "none.txt""#, "error[E0501]: there is no file 'none.txt'"),
      (#"read ".""#, "error[E0502]: '.' is a folder, not a file"),
      (#"read "bad.txt""#, "error[E0508]: 'bad.txt' is not UTF-8 text: byte 1 is invalid"),
      (#"read "bad.json""#, "error[E0509]: 'bad.json', byte 7: "),
      (#"read "bad.csv""#, "error[E0509]: 'bad.csv', byte 4: line 2 has 1 field, the header has 2"),
      (#"read "bad.npy""#, "error[E0509]: 'bad.npy', byte 0: "),
      (#"read 5"#, "error[E0201]: read: 'path' wants a path, not an integer"),
      (#"read "notes.txt" kind=xml"#, "error[E0107]: 'xml' is no word for 'kind'"),
      (
        #"write 5 "out.txt""#,
        "error[E0201]: write: 'value' wants a string or a list of strings for a text file, not an integer"
      ),
      (
        #"write 5 "out.csv""#,
        "error[E0201]: write: 'value' wants a table for this kind of file, not an integer"
      ),
      (
        #"write "x" "out.npy""#,
        "error[E0201]: write: 'value' wants a tensor or nested numbers, not a string"
      ),
      (
        #"write 5 "out.jsonl""#,
        "error[E0308]: an integer cannot be made a JSON lines file: it has no items"
      ),
      (#"write [x -> x] "out.json""#, "error[E0308]: a function cannot be made a JSON value"),
      (#"write "x" "no/such/out.txt""#, "error[E0515]: there is no folder "),
      (#"files "notes.txt""#, "error[E0503]: "),
      (#"files "none""#, "error[E0501]: there is no file 'none'"),
    ])
  func errors(script: String, expected: String) throws {
    try DurableFile.replace("\(folder.path)/bad.txt", with: [0x61, 0xFF])
    try DurableFile.replace("\(folder.path)/bad.json", with: "{\"a\": 1")
    try DurableFile.replace("\(folder.path)/bad.csv", with: "a,b\n1\n")
    try DurableFile.replace("\(folder.path)/bad.npy", with: "not numpy")
    let result = shown(script, in: folder)
    #expect(result.hasPrefix(expected), "\(result)")
  }

  @Test("a file without permission", .enabled(if: geteuid() != 0, "root may read everything"))
  func permission() {
    chmod("\(folder.path)/notes.txt", 0)
    #expect(
      shown(#"read "notes.txt""#, in: folder) == "error[E0504]: no permission to use 'notes.txt'")
  }

  @Test(
    "kinds",
    arguments: [
      (#"read "notes.txt" kind=lines"#, #"["Once upon a time", "there was a fox."]"#),
      (#"read "runs.csv" kind=text | lines | first"#, "method,keep,loss"),
      (#"first(read("notes.txt", kind=bytes), 2)"#, "tensor u8 [2]\n79  110"),
      (#"read "runs.jsonl""#, "method  loss\ntodre   1.25\nrandom  1.75"),
      (#"write ["a", "b"] "out.txt"; read "out.txt" kind=text"#, "a\nb"),
      (#"write [1, 2] "out.data" kind=json; read "out.data" kind=json"#, "[1, 2]"),
      (#"tensor.ones([2], type=f16) | write "out.npy"; read "out.npy""#, "tensor f16 [2]\n1  1"),
      (
        #"tensor.ones([2], type=bf16) | write "out.npy""#,
        "error[E0213]: an .npy file needs a type that NumPy has, such as f32, not bf16"
      ),
      (#"write [[0.1, 0.2]] "out.npy"; read "out.npy""#, "tensor f64 [1, 2]\n0.1  0.2"),
      (#"x = write "a" "out.txt"; x"#, ""),
    ])
  func kinds(script: String, expected: String) {
    #expect(shown(script, in: folder) == expected)
  }
}
