internal import Glibc

/// What a launcher (mpirun, srun) and a batch system tell a process by its environment.
package struct LaunchEnvironment: Sendable {
  private let variable: @Sendable (String) -> String?

  /// - Parameter variable: the value of an environment variable; a test has its own.
  package init(variable: @escaping @Sendable (String) -> String?) { self.variable = variable }

  /// The environment of this process, as it is at each question.
  package static let current = LaunchEnvironment { getenv($0).map { String(cString: $0) } }

  /// The value of an environment variable.
  package subscript(_ name: String) -> String? { variable(name) }

  private func number(_ name: String) -> Int? { variable(name).flatMap { Int($0) } }

  // MARK: - Ranks

  /// Whether mpirun, srun or another launcher tells this rank of the others.
  package var isLaunched: Bool {
    ["OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK", "PMI_FD"].contains { variable($0) != nil }
  }

  /// Whether mpirun started this process.
  package var isUnderMPIRun: Bool { variable("OMPI_COMM_WORLD_SIZE") != nil }

  /// The number of tasks that srun started without telling them of each other; nil if the
  /// ranks were started in another way.
  package var srunTasksWithoutMPI: Int? {
    guard variable("PMIX_RANK") == nil, !isUnderMPIRun, variable("SLURM_STEP_ID") != nil
    else { return nil }
    return number("SLURM_STEP_NUM_TASKS")
  }

  /// Whether this is the first process of the job, or the only one.
  package var isFirstProcess: Bool {
    isFirst("OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", "SLURM_PROCID")
  }

  /// Whether this is the first of the tasks that srun started, or the only one.
  package var isFirstTask: Bool { isFirst("SLURM_PROCID") }

  /// Whether this is the first process of the job on its host, or the only one.
  package var isFirstOnHost: Bool {
    isFirst("OMPI_COMM_WORLD_LOCAL_RANK", "MPI_LOCALRANKID", "SLURM_LOCALID")
  }

  /// Whether the first of these variables that is set numbers a process 0; true without any.
  private func isFirst(_ names: String...) -> Bool {
    let number = names.lazy.compactMap(variable).first
    return number == nil || number == "0"
  }

  /// Whether a variable makes a process a rank of a job: one that it starts itself, as a job of
  /// its own, must not see it.
  package static func belongsToRank(_ name: String) -> Bool {
    ["OMPI_COMM_", "PMIX_", "PMI_", "OMPI_UNIVERSE", "OMPI_MCA_orte", "OMPI_MCA_ess"].contains {
      name.hasPrefix($0)
    }
  }

  // MARK: - The job of Slurm

  /// Whether this process runs in a job.
  package var isInSlurmJob: Bool { variable("SLURM_JOB_ID") != nil }

  /// The nodes of the job.
  package var slurmNodes: Int? { number("SLURM_JOB_NUM_NODES") }

  /// The tasks of the job.
  package var slurmTasks: Int? { number("SLURM_NTASKS") }

  /// The cores of each task.
  package var slurmCoresPerTask: Int? { number("SLURM_CPUS_PER_TASK") }
}
