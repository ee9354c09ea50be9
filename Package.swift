// swift-tools-version: 6.1
import PackageDescription

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let orderedCollections = Target.Dependency.product(
  name: "OrderedCollections", package: "swift-collections")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

/// The floors of the tower, lowest first: a library imports only what stands here as its
/// dependency (docs/architecture.md; `ImportArrowTests` checks it).
let libraries: [(name: String, dependencies: [Target.Dependency])] = [
  ("Kernels", ["CKernels"]),
  ("Files", ["CDigest"]),
  ("Tensors", ["Kernels", "Files"]),
  ("Tokenizers", ["Files", "Kernels", "CTokens", "CUnicode", "CRegex", "CZlib"]),
  ("Models", ["Tensors", "Kernels", "Files", "Tokenizers"]),
  ("Decoding", ["Models", "Tensors", "Kernels", "Files", "Tokenizers"]),
  ("Tracing", ["Models", "Tensors", "Kernels", "Files", "Tokenizers"]),
  ("Measures", ["Models", "Tensors", "Kernels", "Files", "Tokenizers"]),
  ("Pruning", ["Models", "Measures", "Tensors", "Kernels", "Files", "Tokenizers"]),
  ("Training", ["Models", "Tokenizers", "Tensors", "Kernels", "Files"]),
  ("Plots", ["Files"]),
  ("Language", ["Tensors", "Kernels", "Files", orderedCollections]),
  (
    "Commands",
    [
      "Language", "Tokenizers", "Models", "Decoding", "Tracing", "Measures", "Pruning", "Training",
      "Plots", "Tensors", "Kernels", "Files",
    ]
  ),
  ("Notebooks", ["Language", "Commands", "Kernels", "Files", yams]),
  (
    "Prompt",
    [
      "Language", "Commands", "Notebooks", "Kernels", "Files",
      .target(name: "CEditline", condition: .when(traits: ["Editline"])),
      .target(name: "CReadline", condition: .when(traits: ["GNUReadline"])),
    ]
  ),
]

let systemLibraries: [Target] = [
  .systemLibrary(
    name: "CUnicode", providers: [.apt(["libutf8proc-dev"])]),
  .systemLibrary(
    name: "CRegex", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
  .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
  .systemLibrary(name: "CEditline", pkgConfig: "libedit", providers: [.apt(["libedit-dev"])]),
  .systemLibrary(name: "CReadline", providers: [.apt(["libreadline-dev"])]),
]

var targets: [Target] =
  systemLibraries + [
    .target(name: "CKernels", cSettings: [.unsafeFlags(["-O3", "-ffp-contract=off"])]),
    .target(name: "CTokens", cSettings: [.unsafeFlags(["-O3"])]),
    .target(name: "CDigest", cSettings: [.unsafeFlags(["-O3"])]),
  ]
targets += libraries.map { .target(name: $0.name, dependencies: $0.dependencies) }
targets.append(
  .executableTarget(
    name: "tessera",
    dependencies: [
      "Prompt", "Notebooks", "Commands", "Language", "Models", "Tokenizers", "Training", "Kernels",
      "Files",
      argumentParser,
    ]))
targets += (libraries.map(\.name)).map { name in
  .testTarget(
    name: name + "Tests",
    dependencies: [.target(name: name)] + (libraries.first { $0.name == name }?.dependencies ?? []),
    exclude: ["Tensors", "Tokenizers", "Models"].contains(name) ? ["Fixtures"] : [])
}
targets.append(.testTarget(name: "ProjectTests", dependencies: ["Files"]))
targets.append(.testTarget(name: "TesseraTests", dependencies: ["Files", "Notebooks"]))

let package = Package(
  name: "tessera",
  traits: [
    .trait(name: "Editline", description: "Line editing by libedit (BSD)."),
    .trait(name: "GNUReadline", description: "Line editing by GNU readline (GPL-3)."),
    .default(enabledTraits: ["Editline"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: targets,
  swiftLanguageModes: [.v6],
  cLanguageStandard: .gnu11
)
