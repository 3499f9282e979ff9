// swift-tools-version: 6.2
import Foundation
import PackageDescription

// Where pkg-config's files lie: the folders of loaded modules first, then the system's.
let descriptions =
  (Context.environment["PKG_CONFIG_PATH"] ?? "").split(separator: ":").map(String.init)
  + [
    "/usr/local/lib/pkgconfig", "/usr/local/lib64/pkgconfig", "/usr/local/share/pkgconfig",
    "/usr/lib/x86_64-linux-gnu/pkgconfig", "/usr/lib/aarch64-linux-gnu/pkgconfig",
    "/usr/lib64/pkgconfig", "/usr/lib/pkgconfig", "/usr/share/pkgconfig",
  ]

// The names that pkg-config has for a library: what the variable of the environment says, or
// the first of the usual ones in the first folder that has any. Scripts/libraries writes
// descriptions, under the name ganglion-…, for libraries that come without.
func library(_ kind: String, usually names: [String]) -> String? {
  if let chosen = Context.environment["GANGLION_\(kind.uppercased())"] {
    return chosen == "none" ? nil : chosen
  }
  let names = ["ganglion-\(kind)"] + names
  return descriptions.lazy.flatMap { folder in
    names.lazy.filter { FileManager.default.fileExists(atPath: "\(folder)/\($0).pc") }
  }.first
}

let mpi = library("mpi", usually: ["ompi-c", "ompi", "mpich", "impi", "mpi-c", "mpi"]) ?? "ompi-c"
// Debian has the libraries above MPI once for each kind of it.
let flavour = ["mpich", "impi"].contains(where: mpi.hasPrefix) ? "mpich" : "openmpi"
let hdf5 =
  library("hdf5", usually: ["hdf5-\(flavour)", "hdf5_parallel", "hdf5-mpi", "hdf5"])
  ?? "hdf5-openmpi"
let blas = library("blas", usually: ["openblas", "flexiblas"]) ?? "openblas"
let scalapack = library("scalapack", usually: ["scalapack-\(flavour)", "scalapack"])
// Debian's description would link a second BLAS: its library is named without.
let bringsBLAS = scalapack == "scalapack-\(flavour)"

// Optional: sources of `ganglion follow` over sockets, and forecasts published on one.
let zmq = library("zmq", usually: ["libzmq"])

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
      name: "COpenBLAS", path: "Sources/Foundations/COpenBLAS", pkgConfig: blas,
      providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(
      name: "CMPI", path: "Sources/Parallel/CMPI", pkgConfig: mpi,
      providers: [.apt(["libopenmpi-dev"])]),
    .systemLibrary(
      name: "CScaLAPACK", path: "Sources/Parallel/CScaLAPACK",
      pkgConfig: bringsBLAS ? mpi : scalapack ?? mpi,
      providers: [.apt(["libscalapack-openmpi-dev"])]),
    .systemLibrary(
      name: "CHDF5", path: "Sources/Parallel/CHDF5", pkgConfig: hdf5,
      providers: [.apt(["libhdf5-openmpi-dev"])]),
    .target(name: "CSignals", path: "Sources/Parallel/CSignals"),
    .systemLibrary(
      name: "CCrypto", path: "Sources/Data/CCrypto", pkgConfig: "libcrypto",
      providers: [.apt(["libssl-dev"])]),
    .systemLibrary(
      name: "CZeroMQ", path: "Sources/Data/CZeroMQ", pkgConfig: zmq,
      providers: [.apt(["libzmq3-dev"])]),
    .target(name: "CMPIShims", dependencies: ["CMPI"], path: "Sources/Parallel/CMPIShims"),
    .target(name: "CHDF5Shims", dependencies: ["CHDF5"], path: "Sources/Parallel/CHDF5Shims"),
    .target(name: "CKernels", path: "Sources/Foundations/CKernels", cSettings: kernelFlags),
    .target(
      name: "CKernelChoice", dependencies: ["COpenBLAS"], path: "Sources/Foundations/CKernelChoice",
      cSettings: [.unsafeFlags(["-O2"])]),

    // MARK: - Foundations
    // Numbers and words in messages.
    .target(name: "Wording", path: "Sources/Foundations/Wording", swiftSettings: memorySafe),
    // The Swift face of CKernels.
    .target(
      name: "Kernels", dependencies: ["CKernels"], path: "Sources/Foundations/Kernels",
      swiftSettings: strict + optimised),
    .target(
      name: "Charts", dependencies: ["Wording"], path: "Sources/Foundations/Charts",
      swiftSettings: memorySafe),
    .target(
      name: "LinearAlgebra", dependencies: ["COpenBLAS", "CKernelChoice", "Kernels"],
      path: "Sources/Foundations/LinearAlgebra",
      swiftSettings: strict + optimised + lifetimes),
    .target(
      name: "Statistics", dependencies: ["LinearAlgebra"],
      path: "Sources/Foundations/Statistics",
      swiftSettings: memorySafe + optimised),
    .target(
      name: "RandomNumbers", dependencies: ["Kernels", "LinearAlgebra"],
      path: "Sources/Foundations/RandomNumbers",
      swiftSettings: memorySafe + optimised),
    .target(
      name: "Collectives", dependencies: ["LinearAlgebra"],
      path: "Sources/Parallel/Collectives",
      swiftSettings: strict + optimised),
    .target(
      name: "Runtime", dependencies: ["CSignals", "Collectives"],
      path: "Sources/Parallel/Runtime",
      swiftSettings: strict + optimised),
    .target(
      name: "MPI",
      dependencies: ["CMPI", "CScaLAPACK", "CMPIShims", "LinearAlgebra", "Collectives", "Runtime"],
      path: "Sources/Parallel/MPI",
      swiftSettings: strict + optimised,
      linkerSettings: bringsBLAS ? [.linkedLibrary("scalapack-\(flavour)")] : []),
    .target(
      name: "HDF5", dependencies: ["CHDF5", "CHDF5Shims", "LinearAlgebra", "Collectives", "MPI"],
      path: "Sources/Parallel/HDF5",
      swiftSettings: strict + optimised),
    .target(
      name: "Machine",
      dependencies: [
        "Wording", "Kernels", "LinearAlgebra", "Statistics", "Collectives", "Runtime", "HDF5",
      ],
      path: "Sources/Parallel/Machine",
      swiftSettings: strict + optimised),

    // MARK: - Algorithms
    .target(
      name: "Networks", dependencies: ["Kernels", "LinearAlgebra", "RandomNumbers", "Collectives"],
      path: "Sources/Data/Networks",
      swiftSettings: memorySafe + optimised),
    .target(
      name: "CORNN",
      dependencies: [
        "Wording", "Kernels", "LinearAlgebra", "Statistics", "RandomNumbers", "Collectives",
        "Runtime",
      ],
      path: "Sources/Fitting/CORNN",
      swiftSettings: memorySafe + optimised),
    .target(
      name: "Evaluation",
      dependencies: [
        "Wording", "Kernels", "LinearAlgebra", "Statistics", "Collectives", "Networks",
      ],
      path: "Sources/Fitting/Evaluation",
      swiftSettings: memorySafe + optimised),
    // Other methods of the literature for the same fit.
    .target(
      name: "Rivals",
      dependencies: [
        "Kernels", "LinearAlgebra", "Statistics", "RandomNumbers", "Collectives", "Runtime",
        "CORNN",
        "Evaluation",
      ],
      path: "Sources/Fitting/Rivals",
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
        "Wording", "LinearAlgebra", "RandomNumbers", "Collectives", "Runtime", "Differentiation",
        .product(name: "RealModule", package: "swift-numerics"),
      ], path: "Sources/Learning/SOFO",
      swiftSettings: memorySafe + optimised),

    .target(
      name: "Tasks",
      dependencies: [
        "LinearAlgebra", "RandomNumbers", "Differentiation", "SOFO",
        .product(name: "RealModule", package: "swift-numerics"),
      ],
      path: "Sources/Learning/Tasks",
      swiftSettings: memorySafe + optimised),
    .target(
      name: "Training",
      dependencies: [
        "LinearAlgebra", "Statistics", "RandomNumbers", "Collectives", "Runtime",
        "Differentiation", "SOFO", "Tasks",
        .product(name: "RealModule", package: "swift-numerics"),
      ], path: "Sources/Learning/Training",
      swiftSettings: memorySafe + optimised),

    // Sizes, predictions and calibration of fits and trainings.
    .target(
      name: "Planning",
      dependencies: [
        "Wording", "LinearAlgebra", "Collectives", "Machine", "CORNN", "Evaluation",
        "Differentiation", "SOFO", "Tasks", "Training",
      ],
      swiftSettings: memorySafe + optimised),

    // MARK: - Files of the user
    .plugin(name: "SourceRevision", capability: .buildTool(), path: "Sources/SourceRevision"),
    .target(
      name: "Recordings",
      dependencies: ["Wording", "LinearAlgebra", "Statistics", "Collectives", "HDF5"],
      path: "Sources/Data/Recordings",
      swiftSettings: memorySafe + optimised),
    .target(
      name: "Results",
      dependencies: [
        "CCrypto", "LinearAlgebra", "Collectives", "Runtime", "HDF5", "Networks", "Recordings",
      ],
      path: "Sources/Data/Results",
      swiftSettings: memorySafe + optimised, plugins: ["SourceRevision"]),

    // Messages between processes.
    .target(
      name: "Sockets", dependencies: ["CZeroMQ"], path: "Sources/Data/Sockets",
      swiftSettings: strict),

    // Pages.
    .target(
      name: "Reports", dependencies: ["Charts"], path: "Sources/Pages/Reports",
      swiftSettings: memorySafe),
    // Figures and sums of scaling studies.
    .target(
      name: "Scalability", dependencies: ["Wording", "Charts", "Statistics"],
      path: "Sources/Pages/Scalability",
      swiftSettings: memorySafe),

    // MARK: - Program
    .executableTarget(
      name: "ganglion",
      dependencies: [
        "Wording", "Kernels", "Charts", "LinearAlgebra", "Statistics", "Collectives", "Runtime",
        "MPI", "HDF5", "Machine", "Networks", "CORNN", "Evaluation", "Rivals", "Differentiation",
        "SOFO", "Tasks", "Training", "Planning", "Recordings", "Results", "Sockets", "Reports",
        "Scalability",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Yams", package: "Yams"),
      ],
      swiftSettings: strict),

    // MARK: - Benchmarks
    .executableTarget(
      name: "TangentBenchmark",
      dependencies: ["LinearAlgebra", "Collectives", "Differentiation", "SOFO"],
      path: "Sources/Benchmarks/Tangents", swiftSettings: strict + optimised),

    // MARK: - Tests
    .target(
      name: "TestSupport",
      dependencies: ["LinearAlgebra", "RandomNumbers", "Collectives", "MPI", "Differentiation"],
      path: "Tests/Support/TestSupport",
      swiftSettings: strict + optimised),
    .testTarget(
      name: "WordingTests", dependencies: ["Wording"], path: "Tests/Foundations/WordingTests",
      swiftSettings: strict),
    .testTarget(
      name: "ChartsTests", dependencies: ["Charts"], path: "Tests/Foundations/ChartsTests",
      swiftSettings: strict),
    .testTarget(
      name: "StatisticsTests", dependencies: ["Statistics"],
      path: "Tests/Foundations/StatisticsTests",
      swiftSettings: strict),
    .testTarget(
      name: "KernelsTests", dependencies: ["Kernels"],
      path: "Tests/Foundations/KernelsTests", swiftSettings: strict),
    .testTarget(
      name: "LinearAlgebraTests",
      dependencies: ["CKernelChoice", "Kernels", "LinearAlgebra"],
      path: "Tests/Foundations/LinearAlgebraTests",
      swiftSettings: strict),
    .testTarget(
      name: "RandomNumbersTests", dependencies: ["Kernels", "LinearAlgebra", "RandomNumbers"],
      path: "Tests/Foundations/RandomNumbersTests",
      swiftSettings: strict),
    .testTarget(
      name: "NetworksTests", dependencies: ["LinearAlgebra", "Collectives", "Networks"],
      path: "Tests/Data/NetworksTests",
      swiftSettings: strict + optimised),
    .testTarget(
      name: "CORNNTests",
      dependencies: [
        "Kernels", "LinearAlgebra", "RandomNumbers", "Collectives", "Runtime", "Networks", "CORNN",
        "TestSupport",
      ], path: "Tests/Fitting/CORNNTests",
      swiftSettings: strict + optimised),
    .testTarget(
      name: "EvaluationTests",
      dependencies: ["LinearAlgebra", "Collectives", "Networks", "Evaluation", "TestSupport"],
      path: "Tests/Fitting/EvaluationTests",
      swiftSettings: strict + optimised),
    .testTarget(
      name: "RivalsTests",
      dependencies: [
        "Kernels", "LinearAlgebra", "RandomNumbers", "Collectives", "Runtime", "Networks", "CORNN",
        "Evaluation", "Rivals", "TestSupport",
      ], path: "Tests/Fitting/RivalsTests",
      swiftSettings: strict + optimised),
    .testTarget(
      name: "CollectivesTests",
      dependencies: ["LinearAlgebra", "Collectives"],
      path: "Tests/Parallel/CollectivesTests",
      swiftSettings: strict),
    .testTarget(
      name: "RuntimeTests", dependencies: ["CSignals", "Collectives", "Runtime"],
      path: "Tests/Parallel/RuntimeTests",
      swiftSettings: strict),
    .testTarget(
      name: "MPITests",
      dependencies: [
        "Kernels", "LinearAlgebra", "RandomNumbers", "Collectives", "Runtime", "MPI", "CORNN",
        "Rivals", "TestSupport",
      ],
      path: "Tests/Parallel/MPITests",
      swiftSettings: strict + [.defaultIsolation(MainActor.self)]),
    // HDF5 is not re-entrant: its tests run one at a time, on the main actor.
    .testTarget(
      name: "HDF5Tests",
      dependencies: ["LinearAlgebra", "Collectives", "MPI", "HDF5", "TestSupport"],
      path: "Tests/Parallel/HDF5Tests",
      swiftSettings: strict + [.defaultIsolation(MainActor.self)]),
    .testTarget(
      name: "RecordingsTests",
      dependencies: ["LinearAlgebra", "Collectives", "MPI", "HDF5", "Recordings", "TestSupport"],
      path: "Tests/Data/RecordingsTests",
      swiftSettings: strict + [.defaultIsolation(MainActor.self)]),
    .testTarget(
      name: "ResultsTests",
      dependencies: [
        "LinearAlgebra", "Collectives", "MPI", "HDF5", "Recordings", "Results", "TestSupport",
      ],
      path: "Tests/Data/ResultsTests",
      swiftSettings: strict + [.defaultIsolation(MainActor.self)]),
    .testTarget(
      name: "ReportsTests", dependencies: ["Charts", "Reports"],
      path: "Tests/Pages/ReportsTests", swiftSettings: strict),
    .testTarget(
      name: "MachineTests",
      dependencies: ["LinearAlgebra", "Collectives", "MPI", "HDF5", "Machine", "TestSupport"],
      path: "Tests/Parallel/MachineTests",
      swiftSettings: strict + [.defaultIsolation(MainActor.self)]),
    .testTarget(
      name: "TasksTests",
      dependencies: [
        "LinearAlgebra", "RandomNumbers", "Collectives", "Runtime", "Differentiation", "SOFO",
        "Tasks", "Training", "TestSupport",
      ], path: "Tests/Learning/TasksTests",
      swiftSettings: strict),
    .target(name: "CAllocations", path: "Tests/Support/CAllocations"),
    .testTarget(
      name: "DifferentiationTests",
      dependencies: [
        "LinearAlgebra", "RandomNumbers", "Differentiation", "TestSupport", "CAllocations",
      ], path: "Tests/Learning/DifferentiationTests",
      swiftSettings: strict),
    .testTarget(
      name: "SOFOTests",
      dependencies: [
        "LinearAlgebra", "RandomNumbers", "Collectives", "Runtime", "MPI", "Differentiation",
        "SOFO", "TestSupport",
      ], path: "Tests/Learning/SOFOTests",
      swiftSettings: strict + [.defaultIsolation(MainActor.self)]),
    .testTarget(
      name: "ScalabilityTests", dependencies: ["Scalability"], path: "Tests/Pages/ScalabilityTests",
      swiftSettings: strict),
    .testTarget(
      name: "PlanningTests",
      dependencies: [
        "Kernels", "LinearAlgebra", "Collectives", "Runtime", "Machine", "CORNN", "Differentiation",
        "SOFO", "Tasks", "Training", "Planning", "TestSupport", "CAllocations",
      ], swiftSettings: strict),
    // What of the program can be called without starting it.
    .testTarget(
      name: "ganglionTests",
      dependencies: [
        "LinearAlgebra", "Collectives", "Runtime", "CORNN", "Recordings", "ganglion", "TestSupport",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], swiftSettings: strict),
    // The program as users start it; HDF5 checks its files, so one test at a time.
    .testTarget(
      name: "CommandTests",
      dependencies: ["Kernels", "LinearAlgebra", "HDF5", "Sockets", "TestSupport"],
      swiftSettings: strict + [.defaultIsolation(MainActor.self)]),
  ],
  swiftLanguageModes: [.v6]
)
