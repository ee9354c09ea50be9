import CUnicode

/// A Unicode normalization form (UAX 15).
public enum NormalizationForm: String, Sendable, CaseIterable {
  case nfc = "NFC"
  case nfd = "NFD"
  case nfkc = "NFKC"
  case nfkd = "NFKD"
}

/// Normalizes text with utf8proc's tables, in linear time also where thousands of combining marks
/// follow each other (utf8proc's own ordering of marks is quadratic there).
enum UnicodeNormalizer {
  /// Bytes that are no valid UTF-8 stay as they are.
  static func normalize(_ bytes: [UInt8], form: NormalizationForm) -> [UInt8] {
    bytes.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress, buffer.contains(where: { $0 >= 0x80 }) else {
        return bytes
      }
      var result: [UInt8] = []
      result.reserveCapacity(buffer.count)
      var island: [utf8proc_int32_t] = []
      var index = 0
      while index < buffer.count {
        // ASCII never changes, but what follows may combine with its last character.
        var end = index
        while end < buffer.count, buffer[end] < 0x80 { end += 1 }
        if end == buffer.count {
          result.append(contentsOf: buffer[index..<end])
          break
        }
        let (_, firstLength) = UTF8Reader.scalar(base, end, buffer.count)
        if firstLength == 1 {  // a stray byte
          result.append(contentsOf: buffer[index...end])
          index = end + 1
          continue
        }
        let start = end > index ? end - 1 : end
        result.append(contentsOf: buffer[index..<start])
        island.removeAll(keepingCapacity: true)
        if start < end { island.append(utf8proc_int32_t(buffer[start])) }
        index = end
        while index < buffer.count, buffer[index] >= 0x80 {
          let (scalar, length) = UTF8Reader.scalar(base, index, buffer.count)
          if scalar == UTF8Reader.invalid { break }
          island.append(utf8proc_int32_t(scalar))
          index += length
        }
        append(normalized: island, form: form, to: &result)
      }
      return result
    }
  }

  /// Characters whose mappings are younger than the tables of the `tokenizers` library, whose
  /// ids these forms are for: they stay.
  private static func isYoung(_ scalar: utf8proc_int32_t) -> Bool {
    switch scalar {
    case 0x32FF, 0xA7F2...0xA7F4, 0xAB69, 0x10781...0x107BA, 0x11938, 0x1E030...0x1E06D, 0x1F16C,
      0x1FBF0...0x1FBF9:
      true
    default: false
    }
  }

  private static func append(
    normalized scalars: [utf8proc_int32_t], form: NormalizationForm, to result: inout [UInt8]
  ) {
    var options = UTF8PROC_STABLE.rawValue | UTF8PROC_DECOMPOSE.rawValue
    if form == .nfkc || form == .nfkd { options |= UTF8PROC_COMPAT.rawValue }

    var decomposed: [utf8proc_int32_t] = []
    decomposed.reserveCapacity(scalars.count)
    var parts = [utf8proc_int32_t](repeating: 0, count: 32)  // the longest mapping has 18
    for scalar in scalars {
      if isYoung(scalar) {
        decomposed.append(scalar)
        continue
      }
      let count = utf8proc_decompose_char(
        scalar, &parts, parts.count, utf8proc_option_t(options), nil)
      if count < 0 || count > parts.count {
        decomposed.append(scalar)
      } else {
        decomposed.append(contentsOf: parts[..<count])
      }
    }
    order(&decomposed)

    var count = decomposed.count
    if form == .nfc || form == .nfkc {
      let compose = UTF8PROC_STABLE.rawValue | UTF8PROC_COMPOSE.rawValue
      let composed = utf8proc_normalize_utf32(&decomposed, count, utf8proc_option_t(compose))
      if composed >= 0 { count = composed }
    }
    for scalar in decomposed[..<count] {
      guard let value = Unicode.Scalar(UInt32(bitPattern: scalar)) else { continue }
      result.append(contentsOf: UTF8.encode(value) ?? UTF8.encodedReplacementCharacter)
    }
  }

  /// Canonical ordering: runs of combining marks by their class, stable.
  private static func order(_ scalars: inout [utf8proc_int32_t]) {
    func combiningClass(_ scalar: utf8proc_int32_t) -> Int16 {
      let order = Int16(utf8proc_get_property(scalar).pointee.combining_class)
      if order == 0 || scalar < 0x7FD { return order }
      return RangeTable.unorderedMark.contains(UInt32(bitPattern: scalar)) ? 0 : order
    }
    var index = 0
    while index < scalars.count {
      guard combiningClass(scalars[index]) != 0 else {
        index += 1
        continue
      }
      let start = index
      while index < scalars.count, combiningClass(scalars[index]) != 0 { index += 1 }
      if index - start > 1 {
        let marks = scalars[start..<index].map { (combiningClass($0), $0) }
        // Equal classes keep their order: sort by (class, place).
        let sorted = marks.enumerated().sorted {
          ($0.element.0, $0.offset) < ($1.element.0, $1.offset)
        }
        for (offset, mark) in sorted.enumerated() { scalars[start + offset] = mark.element.1 }
      }
    }
  }
}
