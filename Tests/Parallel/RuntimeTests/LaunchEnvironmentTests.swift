import Runtime
import Testing

@Suite struct LaunchEnvironmentTests {
  private func launch(_ variables: [String: String]) -> LaunchEnvironment {
    LaunchEnvironment { variables[$0] }
  }

  @Test func aLoneProcessSpeaks() {
    let alone = launch([:])
    #expect(!alone.isLaunched && !alone.isUnderMPIRun && !alone.isInSlurmJob)
    #expect(alone.isFirstProcess && alone.isFirstTask && alone.isFirstOnHost)
    #expect(alone.srunTasksWithoutMPI == nil)
  }

  @Test func aRankOfMPIRun() {
    let rank = launch([
      "OMPI_COMM_WORLD_SIZE": "4", "OMPI_COMM_WORLD_RANK": "2", "OMPI_COMM_WORLD_LOCAL_RANK": "0",
      // mpirun within a job of Slurm: its own numbers count.
      "SLURM_PROCID": "0", "SLURM_LOCALID": "1", "SLURM_STEP_ID": "0",
      "SLURM_STEP_NUM_TASKS": "2",
    ])
    #expect(rank.isLaunched && rank.isUnderMPIRun)
    #expect(!rank.isFirstProcess && rank.isFirstOnHost)
    #expect(rank.srunTasksWithoutMPI == nil)
  }

  /// srun without MPI support: each task would be a job of its own.
  @Test func tasksThatDoNotKnowOfEachOther() {
    let task = launch(["SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "3", "SLURM_PROCID": "1"])
    #expect(!task.isLaunched)
    #expect(task.srunTasksWithoutMPI == 3)
    #expect(!task.isFirstTask)
    #expect(launch(["SLURM_STEP_ID": "0", "PMIX_RANK": "1"]).srunTasksWithoutMPI == nil)
  }

  @Test func theJobOfSlurm() {
    let job = launch([
      "SLURM_JOB_ID": "17", "SLURM_JOB_NUM_NODES": "4", "SLURM_NTASKS": "8",
      "SLURM_CPUS_PER_TASK": "many",
    ])
    #expect(job.isInSlurmJob)
    #expect(job.slurmNodes == 4 && job.slurmTasks == 8 && job.slurmCoresPerTask == nil)
  }

  @Test(arguments: [
    ("OMPI_COMM_WORLD_RANK", true), ("PMIX_RANK", true), ("OMPI_MCA_ess_singleton_isolated", true),
    ("OMPI_MCA_io", false), ("SLURM_JOB_ID", false), ("PATH", false),
  ])
  func whatMakesARank(name: String, does: Bool) {
    #expect(LaunchEnvironment.belongsToRank(name) == does)
  }
}
