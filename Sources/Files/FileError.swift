/// What can go wrong with a file, apart from its wording.
public enum FileError: DescribedError, Equatable {
  case notFound(path: String)
  case isFolder(path: String)
  case isNotFolder(path: String)
  case noFolder(path: String)
  case noPermission(path: String)
  case outsidePermitted(path: String, resolved: String, flag: String)
  case notDataFormat(path: String, reason: String)
  case wouldOverwrite(path: String, reason: String)
  case notUTF8(path: String, byte: Int)
  case malformed(path: String, byte: Int?, reason: String)
  case truncated(path: String, needed: Int, found: Int)
  case tooLarge(path: String, bytes: Int, limit: Int)
  case changedMeanwhile(path: String)
  case noSpace(path: String)
  case system(path: String, operation: String, errno: Int32)

  public var code: String {
    switch self {
    case .notFound: "E0501"
    case .isFolder: "E0502"
    case .isNotFolder: "E0503"
    case .noPermission: "E0504"
    case .outsidePermitted: "E0505"
    case .notDataFormat: "E0506"
    case .wouldOverwrite: "E0507"
    case .notUTF8: "E0508"
    case .malformed: "E0509"
    case .truncated: "E0510"
    case .tooLarge: "E0511"
    case .changedMeanwhile: "E0512"
    case .noSpace: "E0513"
    case .system: "E0514"
    case .noFolder: "E0515"
    }
  }

  public var message: String {
    switch self {
    case .notFound(let path): "there is no file '\(path)'"
    case .isFolder(let path): "'\(path)' is a folder, not a file"
    case .isNotFolder(let path): "'\(path)' is a file, not a folder"
    case .noFolder(let path): "there is no folder '\(path)'"
    case .noPermission(let path): "no permission to use '\(path)'"
    case .outsidePermitted(let path, _, _):
      "'\(path)' is outside the folders that this notebook may use"
    case .notDataFormat(let path, let reason): "'\(path)' may not be written: \(reason)"
    case .wouldOverwrite(let path, let reason): "'\(path)' is not overwritten: \(reason)"
    case .notUTF8(let path, let byte): "'\(path)' is not UTF-8 text: byte \(byte) is invalid"
    case .malformed(let path, let byte?, let reason): "'\(path)', byte \(byte): \(reason)"
    case .malformed(let path, nil, let reason): "'\(path)': \(reason)"
    case .truncated(let path, let needed, let found):
      "'\(path)' is cut short: \(needed) bytes needed, \(found) there"
    case .tooLarge(let path, let bytes, let limit):
      "'\(path)' is too large: \(bytes) bytes, the limit is \(limit)"
    case .changedMeanwhile(let path): "'\(path)' was changed by something else meanwhile"
    case .noSpace(let path): "no space left on the disk for '\(path)'"
    case .system(let path, let operation, let errno):
      "cannot \(operation) '\(path)': \(systemMessage(errno))"
    }
  }

  public var hint: String? {
    switch self {
    case .outsidePermitted(_, _, let flag): "run with \(flag) to permit it"
    case .noFolder: "make the folder first, or choose another one"
    default: nil
    }
  }

  /// The typed error for a failed system call.
  public static func failed(_ operation: String, _ path: String, errno code: Int32) -> FileError {
    switch code {
    case ENOENT, ENOTDIR: .notFound(path: path)
    case EACCES, EPERM, EROFS: .noPermission(path: path)
    case EISDIR: .isFolder(path: path)
    case ENOSPC, EDQUOT: .noSpace(path: path)
    default: .system(path: path, operation: operation, errno: code)
    }
  }

  /// As ``failed(_:_:errno:)`` where a file was to be made: then it is the folder that lacks.
  static func failedMaking(_ path: String, errno code: Int32) -> FileError {
    let folder = Paths.parent(of: path)
    return switch code {
    case ENOENT: .noFolder(path: folder)
    case ENOTDIR: .isNotFolder(path: folder)
    case EACCES, EPERM, EROFS: .noPermission(path: Paths.exists(path) ? path : folder)
    default: failed("write", path, errno: code)
    }
  }
}

#if canImport(Glibc)
  import Glibc
#else
  import Musl
#endif

/// The system's own words for `errno`.
func systemMessage(_ code: Int32) -> String {
  strerror(code).map { String(cString: $0) } ?? "error \(code)"
}
