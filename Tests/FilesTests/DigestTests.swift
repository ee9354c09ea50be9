import Files
import Testing

@Suite("SHA-256") struct DigestTests {
  @Test(
    "gives the digests of FIPS 180-4's examples",
    arguments: [
      ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
      ),
    ])
  func examples(text: String, expected: String) {
    #expect(Digest.hexadecimal(of: text) == expected)
  }

  @Test("does not depend on how the bytes are cut")
  func pieces() {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    for step in [1, 3, 55, 56, 63, 64, 65, 119, 128, 999] {
      var digest = Digest()
      for start in stride(from: 0, to: bytes.count, by: step) {
        digest.add(Array(bytes[start..<min(start + step, bytes.count)]))
      }
      #expect(digest.hexadecimal() == Digest.hexadecimal(of: bytes))
    }
  }
}
