import Files
import Glibc

/// Writes a ``PackedWeightFile``, through a temporary file that takes its place.
///
/// Nothing is synced: a file that a crash tears fails its checksums, and is made again.
struct PackedWeightWriter {
  typealias Named = (name: String, matrix: any PackedStorage)

  let path: String
  let identity: String

  /// - Throws: ``FileError``, such as a full disk; nothing is left behind then.
  func write(_ matrices: [Named]) throws(FileError) {
    let temporary = "\(path).tmp-\(getpid())-\(UInt32(truncatingIfNeeded: clock()))"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    if descriptor < 0 { throw .failed("write", path, errno: errno) }
    defer { close(descriptor) }
    do throws(FileError) {
      try write(matrices, to: descriptor)
      if rename(temporary, path) != 0 { throw .failed("replace", path, errno: errno) }
    } catch {
      unlink(temporary)
      throw error
    }
  }

  private func write(_ matrices: [Named], to descriptor: Int32) throws(FileError) {
    var members: [JSON.Member] = []
    var next = 0
    for (name, matrix) in matrices {
      let (count, checksum) = matrix.withPackedBytes { ($0.count, Checksum.of($0)) }
      members.append(
        .init(
          name,
          .object([
            .init("form", .string(matrix.packedForm.name)),
            .init("inputs", .integer(matrix.inputs)), .init("outputs", .integer(matrix.outputs)),
            .init("offset", .integer(next)),
            .init("checksum", .string(String(checksum, radix: 16))),
          ])))
      next += PackedWeightFile.aligned(count, to: PackedWeightFile.alignment)
    }
    let header = Array(
      JSON.object([
        .init("version", .integer(PackedWeightFile.version)),
        .init("layout", .string(PackedForm.layout)), .init("identity", .string(identity)),
        .init("matrices", .object(members)),
      ]).text().utf8)
    var lead = PackedWeightFile.magic
    let checksum = header.withUnsafeBytes { Checksum.of($0) }
    for number in [UInt64(header.count), checksum] {
      withUnsafeBytes(of: number) { lead.append(contentsOf: $0) }
    }
    lead += header
    let start = PackedWeightFile.aligned(lead.count, to: PackedWeightFile.page)
    lead += [UInt8](repeating: 0, count: start - lead.count)
    try write(lead, to: descriptor)
    let zeros = [UInt8](repeating: 0, count: PackedWeightFile.alignment)
    for (_, matrix) in matrices {
      var failure: FileError?
      let count = matrix.withPackedBytes { bytes in
        do throws(FileError) { try write(bytes, to: descriptor) } catch { failure = error }
        return bytes.count
      }
      if let failure { throw failure }
      let rest = PackedWeightFile.aligned(count, to: PackedWeightFile.alignment) - count
      try write(Array(zeros.prefix(rest)), to: descriptor)
    }
  }

  private func write(_ bytes: [UInt8], to descriptor: Int32) throws(FileError) {
    try bytes.withUnsafeBufferPointer { (bytes) throws(FileError) in
      try write(UnsafeRawBufferPointer(bytes), to: descriptor)
    }
  }

  private func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws(FileError) {
    var done = 0
    while done < bytes.count {
      let wrote = Glibc.write(
        descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done)
      if wrote < 0 && errno == EINTR { continue }
      if wrote <= 0 { throw .failed("write", path, errno: wrote < 0 ? errno : ENOSPC) }
      done += wrote
    }
  }
}
