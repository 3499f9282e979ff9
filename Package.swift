// swift-tools-version: 6.2
import PackageDescription

// Every target: Swift 6 rules, imports stay private, warnings do not land.
let strict: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
  .treatAllWarnings(as: .error),
]

// Algorithms: no raw pointer compiles outside LinearAlgebra, MPI and HDF5.
let memorySafe: [SwiftSetting] = strict + [.strictMemorySafety()]

// Numeric modules stay optimised in debug builds, or the tests would crawl.
// The preconditions stay: -Ounchecked is never used.
let optimised: [SwiftSetting] = [.unsafeFlags(["-O"], .when(configuration: .debug))]

// Own `~Escapable` views need the Lifetimes feature; only LinearAlgebra declares any.
let lifetimes: [SwiftSetting] = [.enableExperimentalFeature("Lifetimes")]

// The kernels carry their CPU variants themselves, so one binary serves every node of a
// mixed cluster. fp-contract and no-math-errno let the compiler fuse and vectorise, but
// where a pragma forbids it (random numbers); -ffast-math stays off: NaN matters here.
let kernelFlags: [CSetting] = [
  .unsafeFlags([
    "-O3", "-ffp-contract=fast-honor-pragmas", "-fno-math-errno", "-fno-trapping-math",
    "-mprefer-vector-width=512",
  ])
]

let package = Package(
  name: "Ganglion",
  products: [.executable(name: "ganglion", targets: ["ganglion"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // MARK: - C libraries and shims
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CMPI", pkgConfig: "ompi-c", providers: [.apt(["libopenmpi-dev"])]),
    .systemLibrary(
      name: "CScaLAPACK", pkgConfig: "ompi-c", providers: [.apt(["libscalapack-openmpi-dev"])]),
    .systemLibrary(
      name: "CHDF5", pkgConfig: "hdf5-openmpi", providers: [.apt(["libhdf5-openmpi-dev"])]),
    .target(name: "CSignals"),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .target(name: "CMPIShims", dependencies: ["CMPI"]),
    .target(name: "CHDF5Shims", dependencies: ["CHDF5"]),
    .target(name: "CKernels", cSettings: kernelFlags),
    .target(
      name: "CKernelChoice", dependencies: ["COpenBLAS"], cSettings: [.unsafeFlags(["-O2"])]),

    // MARK: - Foundations
    // Numbers and words in messages.
    .target(name: "Wording", swiftSettings: memorySafe),
    .target(
      name: "LinearAlgebra", dependencies: ["COpenBLAS", "CKernels", "CKernelChoice"],
      swiftSettings: strict + optimised + lifetimes),
    .target(
      name: "RandomNumbers", dependencies: ["LinearAlgebra"],
      swiftSettings: memorySafe + optimised),
    .target(
      name: "Collectives", dependencies: ["LinearAlgebra", "CSignals"],
      swiftSettings: strict + optimised),
    .target(
      name: "MPI",
      dependencies: ["LinearAlgebra", "Collectives", "CMPI", "CMPIShims", "CScaLAPACK"],
      swiftSettings: strict + optimised),
    .target(
      name: "HDF5", dependencies: ["LinearAlgebra", "Collectives", "MPI", "CHDF5", "CHDF5Shims"],
      swiftSettings: strict + optimised),
    .target(
      name: "Machine", dependencies: ["LinearAlgebra", "Collectives", "HDF5"],
      swiftSettings: strict + optimised),

    // MARK: - Algorithms
    .target(
      name: "Networks", dependencies: ["LinearAlgebra", "Collectives", "RandomNumbers"],
      swiftSettings: memorySafe + optimised),
    .target(
      name: "CORNN", dependencies: ["LinearAlgebra", "Collectives", "RandomNumbers", "Wording"],
      swiftSettings: memorySafe + optimised),
    .target(
      name: "Evaluation", dependencies: ["LinearAlgebra", "Collectives", "Networks"],
      swiftSettings: memorySafe + optimised),
    .target(
      name: "Differentiation", dependencies: ["LinearAlgebra", "RandomNumbers"],
      swiftSettings: memorySafe + optimised),
    .target(
      name: "SOFO",
      dependencies: [
        "LinearAlgebra", "RandomNumbers", "Collectives", "Differentiation", "Wording",
      ],
      swiftSettings: memorySafe + optimised),

    .target(
      name: "Tasks", dependencies: ["LinearAlgebra", "RandomNumbers", "Differentiation"],
      swiftSettings: memorySafe + optimised),
    .target(
      name: "Baselines", dependencies: ["LinearAlgebra", "Collectives", "Differentiation"],
      swiftSettings: memorySafe + optimised),
    .target(
      name: "Training",
      dependencies: [
        "LinearAlgebra", "Collectives", "RandomNumbers", "Differentiation", "SOFO", "Baselines",
        "Tasks",
      ],
      swiftSettings: memorySafe + optimised),

    // MARK: - Files of the user
    .plugin(name: "SourceRevision", capability: .buildTool(), path: "Sources/SourceRevision"),
    .target(
      name: "Recordings",
      dependencies: ["LinearAlgebra", "Collectives", "HDF5", "Networks", "CCrypto", "Wording"],
      swiftSettings: memorySafe + optimised, plugins: ["SourceRevision"]),

    // Pages.
    .target(name: "Reports", swiftSettings: memorySafe),
    // Figures and sums of scaling studies.
    .target(name: "Scalability", dependencies: ["Reports"], swiftSettings: memorySafe),

    // MARK: - Program
    .executableTarget(
      name: "ganglion",
      dependencies: [
        "LinearAlgebra", "Collectives", "MPI", "HDF5", "Networks", "CORNN", "Evaluation",
        "Recordings", "Reports", "Machine", "Differentiation", "SOFO", "Baselines", "Tasks",
        "Training", "Scalability", "Wording",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: strict),

    // MARK: - Benchmarks
    .executableTarget(
      name: "TangentBenchmark",
      dependencies: ["SOFO", "Differentiation", "LinearAlgebra", "Collectives"],
      path: "Sources/Benchmarks/Tangents", swiftSettings: strict + optimised),

    // MARK: - Tests
    .target(
      name: "TestSupport",
      dependencies: ["LinearAlgebra", "Collectives", "MPI", "Differentiation", "RandomNumbers"],
      path: "Tests/TestSupport",
      swiftSettings: strict + optimised),
    .testTarget(
      name: "WordingTests", dependencies: ["Wording"], swiftSettings: strict),
    .testTarget(
      name: "LinearAlgebraTests", dependencies: ["LinearAlgebra", "CKernelChoice", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "RandomNumbersTests", dependencies: ["RandomNumbers", "LinearAlgebra", "TestSupport"],
      swiftSettings: strict),
    .testTarget(
      name: "NetworksTests", dependencies: ["Networks", "Collectives", "LinearAlgebra"],
      swiftSettings: strict + optimised),
    .testTarget(
      name: "CORNNTests",
      dependencies: [
        "CORNN", "Networks", "Collectives", "LinearAlgebra", "RandomNumbers", "TestSupport",
      ],
      swiftSettings: strict + optimised),
    .testTarget(
      name: "EvaluationTests",
      dependencies: ["Evaluation", "Networks", "Collectives", "LinearAlgebra", "TestSupport"],
      swiftSettings: strict + optimised),
    .testTarget(
      name: "CollectivesTests",
      dependencies: ["Collectives", "TestSupport", "CSignals", "LinearAlgebra"],
      swiftSettings: strict),
    .testTarget(
      name: "MPITests",
      dependencies: ["MPI", "CORNN", "Collectives", "LinearAlgebra", "TestSupport"],
      swiftSettings: strict + [.defaultIsolation(MainActor.self)]),
    // HDF5 is not re-entrant: its tests run one at a time, on the main actor.
    .testTarget(
      name: "HDF5Tests",
      dependencies: ["HDF5", "MPI", "LinearAlgebra", "Collectives", "TestSupport"],
      swiftSettings: strict + [.defaultIsolation(MainActor.self)]),
    .testTarget(
      name: "RecordingsTests",
      dependencies: ["Recordings", "HDF5", "MPI", "LinearAlgebra", "Collectives", "TestSupport"],
      swiftSettings: strict + [.defaultIsolation(MainActor.self)]),
    .testTarget(
      name: "ReportsTests", dependencies: ["Reports", "TestSupport"], swiftSettings: strict),
    .testTarget(
      name: "MachineTests",
      dependencies: ["Machine", "MPI", "HDF5", "Collectives", "LinearAlgebra", "TestSupport"],
      swiftSettings: strict + [.defaultIsolation(MainActor.self)]),
    .testTarget(
      name: "TasksTests",
      dependencies: [
        "Tasks", "Baselines", "Training", "SOFO", "Differentiation", "Collectives",
        "LinearAlgebra", "RandomNumbers", "TestSupport",
      ],
      swiftSettings: strict),
    .target(name: "CAllocations", path: "Tests/CAllocations"),
    .testTarget(
      name: "DifferentiationTests",
      dependencies: [
        "Differentiation", "LinearAlgebra", "RandomNumbers", "TestSupport", "CAllocations",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "SOFOTests",
      dependencies: [
        "SOFO", "Differentiation", "Collectives", "MPI", "LinearAlgebra", "RandomNumbers",
        "TestSupport",
      ],
      swiftSettings: strict + [.defaultIsolation(MainActor.self)]),
    .testTarget(
      name: "ScalabilityTests", dependencies: ["Scalability"],
      swiftSettings: strict),
    // The program as users start it; HDF5 checks its files, so one test at a time.
    .testTarget(
      name: "CommandTests",
      dependencies: ["HDF5", "LinearAlgebra", "TestSupport"],
      swiftSettings: strict + [.defaultIsolation(MainActor.self)]),
  ],
  swiftLanguageModes: [.v6]
)
