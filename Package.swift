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
    .package(url: "https://github.com/apple/swift-numerics", from: "1.1.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // MARK: - C libraries and shims
    .systemLibrary(
      name: "COpenBLAS", path: "Sources/Foundations/COpenBLAS", pkgConfig: "openblas",
      providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(
      name: "CMPI", path: "Sources/Parallel/CMPI", pkgConfig: "ompi-c",
      providers: [.apt(["libopenmpi-dev"])]),
    .systemLibrary(
      name: "CScaLAPACK", path: "Sources/Parallel/CScaLAPACK", pkgConfig: "ompi-c",
      providers: [.apt(["libscalapack-openmpi-dev"])]),
    .systemLibrary(
      name: "CHDF5", path: "Sources/Parallel/CHDF5", pkgConfig: "hdf5-openmpi",
      providers: [.apt(["libhdf5-openmpi-dev"])]),
    .target(name: "CSignals", path: "Sources/Parallel/CSignals"),
    .systemLibrary(
      name: "CCrypto", path: "Sources/Data/CCrypto", pkgConfig: "libcrypto",
      providers: [.apt(["libssl-dev"])]),
    .target(name: "CMPIShims", dependencies: ["CMPI"], path: "Sources/Parallel/CMPIShims"),
    .target(name: "CHDF5Shims", dependencies: ["CHDF5"], path: "Sources/Parallel/CHDF5Shims"),
    .target(name: "CKernels", path: "Sources/Foundations/CKernels", cSettings: kernelFlags),
    .target(
      name: "CKernelChoice", dependencies: ["COpenBLAS"], path: "Sources/Foundations/CKernelChoice",
      cSettings: [.unsafeFlags(["-O2"])]),

    // MARK: - Foundations
    // Numbers and words in messages.
    .target(name: "Wording", path: "Sources/Foundations/Wording", swiftSettings: memorySafe),
    .target(
      name: "LinearAlgebra", dependencies: ["COpenBLAS", "CKernels", "CKernelChoice"],
      path: "Sources/Foundations/LinearAlgebra",
      swiftSettings: strict + optimised + lifetimes),
    .target(
      name: "RandomNumbers", dependencies: ["LinearAlgebra"],
      path: "Sources/Foundations/RandomNumbers",
      swiftSettings: memorySafe + optimised),
    .target(
      name: "Collectives", dependencies: ["LinearAlgebra", "CSignals"],
      path: "Sources/Parallel/Collectives",
      swiftSettings: strict + optimised),
    .target(
      name: "MPI",
      dependencies: ["LinearAlgebra", "Collectives", "CMPI", "CMPIShims", "CScaLAPACK"],
      path: "Sources/Parallel/MPI",
      swiftSettings: strict + optimised),
    .target(
      name: "HDF5", dependencies: ["LinearAlgebra", "Collectives", "MPI", "CHDF5", "CHDF5Shims"],
      path: "Sources/Parallel/HDF5",
      swiftSettings: strict + optimised),
    .target(
      name: "Machine", dependencies: ["LinearAlgebra", "Collectives", "HDF5"],
      path: "Sources/Parallel/Machine",
      swiftSettings: strict + optimised),

    // MARK: - Algorithms
    .target(
      name: "Networks", dependencies: ["LinearAlgebra", "Collectives", "RandomNumbers"],
      path: "Sources/Data/Networks",
      swiftSettings: memorySafe + optimised),
    .target(
      name: "CORNN", dependencies: ["LinearAlgebra", "Collectives", "RandomNumbers", "Wording"],
      path: "Sources/Fitting/CORNN",
      swiftSettings: memorySafe + optimised),
    .target(
      name: "Evaluation", dependencies: ["LinearAlgebra", "Collectives", "Networks"],
      path: "Sources/Fitting/Evaluation",
      swiftSettings: memorySafe + optimised),
    .target(
      name: "Differentiation",
      dependencies: [
        "LinearAlgebra", "RandomNumbers", .product(name: "RealModule", package: "swift-numerics"),
      ],
      path: "Sources/Learning/Differentiation",
      swiftSettings: memorySafe + optimised),
    .target(
      name: "SOFO",
      dependencies: [
        "LinearAlgebra", "RandomNumbers", "Collectives", "Differentiation", "Wording",
      ], path: "Sources/Learning/SOFO",
      swiftSettings: memorySafe + optimised),

    .target(
      name: "Tasks",
      dependencies: [
        "LinearAlgebra", "RandomNumbers", "Differentiation",
        .product(name: "RealModule", package: "swift-numerics"),
      ],
      path: "Sources/Learning/Tasks",
      swiftSettings: memorySafe + optimised),
    .target(
      name: "Training",
      dependencies: [
        "LinearAlgebra", "Collectives", "RandomNumbers", "Differentiation", "SOFO",
        "Tasks",
      ], path: "Sources/Learning/Training",
      swiftSettings: memorySafe + optimised),

    // MARK: - Files of the user
    .plugin(name: "SourceRevision", capability: .buildTool(), path: "Sources/SourceRevision"),
    .target(
      name: "Recordings",
      dependencies: ["LinearAlgebra", "Collectives", "HDF5", "Networks", "CCrypto", "Wording"],
      path: "Sources/Data/Recordings",
      swiftSettings: memorySafe + optimised, plugins: ["SourceRevision"]),

    // Pages.
    .target(name: "Reports", path: "Sources/Pages/Reports", swiftSettings: memorySafe),
    // Figures and sums of scaling studies.
    .target(
      name: "Scalability", dependencies: ["Reports"], path: "Sources/Pages/Scalability",
      swiftSettings: memorySafe),

    // MARK: - Program
    .executableTarget(
      name: "ganglion",
      dependencies: [
        "LinearAlgebra", "Collectives", "MPI", "HDF5", "Networks", "CORNN", "Evaluation",
        "Recordings", "Reports", "Machine", "Differentiation", "SOFO", "Tasks",
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
      path: "Tests/Support/TestSupport",
      swiftSettings: strict + optimised),
    .testTarget(
      name: "WordingTests", dependencies: ["Wording"], path: "Tests/Foundations/WordingTests",
      swiftSettings: strict),
    .testTarget(
      name: "LinearAlgebraTests", dependencies: ["LinearAlgebra", "CKernelChoice", "TestSupport"],
      path: "Tests/Foundations/LinearAlgebraTests",
      swiftSettings: strict),
    .testTarget(
      name: "RandomNumbersTests", dependencies: ["RandomNumbers", "LinearAlgebra", "TestSupport"],
      path: "Tests/Foundations/RandomNumbersTests",
      swiftSettings: strict),
    .testTarget(
      name: "NetworksTests", dependencies: ["Networks", "Collectives", "LinearAlgebra"],
      path: "Tests/Data/NetworksTests",
      swiftSettings: strict + optimised),
    .testTarget(
      name: "CORNNTests",
      dependencies: [
        "CORNN", "Networks", "Collectives", "LinearAlgebra", "RandomNumbers", "TestSupport",
      ], path: "Tests/Fitting/CORNNTests",
      swiftSettings: strict + optimised),
    .testTarget(
      name: "EvaluationTests",
      dependencies: ["Evaluation", "Networks", "Collectives", "LinearAlgebra", "TestSupport"],
      path: "Tests/Fitting/EvaluationTests",
      swiftSettings: strict + optimised),
    .testTarget(
      name: "CollectivesTests",
      dependencies: ["Collectives", "TestSupport", "CSignals", "LinearAlgebra"],
      path: "Tests/Parallel/CollectivesTests",
      swiftSettings: strict),
    .testTarget(
      name: "MPITests",
      dependencies: ["MPI", "CORNN", "Collectives", "LinearAlgebra", "TestSupport"],
      path: "Tests/Parallel/MPITests",
      swiftSettings: strict + [.defaultIsolation(MainActor.self)]),
    // HDF5 is not re-entrant: its tests run one at a time, on the main actor.
    .testTarget(
      name: "HDF5Tests",
      dependencies: ["HDF5", "MPI", "LinearAlgebra", "Collectives", "TestSupport"],
      path: "Tests/Parallel/HDF5Tests",
      swiftSettings: strict + [.defaultIsolation(MainActor.self)]),
    .testTarget(
      name: "RecordingsTests",
      dependencies: ["Recordings", "HDF5", "MPI", "LinearAlgebra", "Collectives", "TestSupport"],
      path: "Tests/Data/RecordingsTests",
      swiftSettings: strict + [.defaultIsolation(MainActor.self)]),
    .testTarget(
      name: "ReportsTests", dependencies: ["Reports", "TestSupport"],
      path: "Tests/Pages/ReportsTests", swiftSettings: strict),
    .testTarget(
      name: "MachineTests",
      dependencies: ["Machine", "MPI", "HDF5", "Collectives", "LinearAlgebra", "TestSupport"],
      path: "Tests/Parallel/MachineTests",
      swiftSettings: strict + [.defaultIsolation(MainActor.self)]),
    .testTarget(
      name: "TasksTests",
      dependencies: [
        "Tasks", "Training", "SOFO", "Differentiation", "Collectives",
        "LinearAlgebra", "RandomNumbers", "TestSupport",
      ], path: "Tests/Learning/TasksTests",
      swiftSettings: strict),
    .target(name: "CAllocations", path: "Tests/Support/CAllocations"),
    .testTarget(
      name: "DifferentiationTests",
      dependencies: [
        "Differentiation", "LinearAlgebra", "RandomNumbers", "TestSupport", "CAllocations",
      ], path: "Tests/Learning/DifferentiationTests",
      swiftSettings: strict),
    .testTarget(
      name: "SOFOTests",
      dependencies: [
        "SOFO", "Differentiation", "Collectives", "MPI", "LinearAlgebra", "RandomNumbers",
        "TestSupport",
      ], path: "Tests/Learning/SOFOTests",
      swiftSettings: strict + [.defaultIsolation(MainActor.self)]),
    .testTarget(
      name: "ScalabilityTests", dependencies: ["Scalability"], path: "Tests/Pages/ScalabilityTests",
      swiftSettings: strict),
    // The program as users start it; HDF5 checks its files, so one test at a time.
    .testTarget(
      name: "CommandTests",
      dependencies: ["HDF5", "LinearAlgebra", "TestSupport"],
      swiftSettings: strict + [.defaultIsolation(MainActor.self)]),
  ],
  swiftLanguageModes: [.v6]
)
