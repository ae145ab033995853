using Reelay.Server.Engine;
using Reelay.Server.Tasks;

namespace Reelay.Tests.Support;

/// <summary>Has a gateway's engine commit what an upstream would make it commit, at the moment a test wants it.</summary>
internal static class EngineCommits
{
    /// <summary>Commits progress of a task that waits in the queue.</summary>
    public static Task ProgressAsync(this GatewayHost gateway, string id, int progress) =>
        CommitAsync(gateway, id, task => new Change(task with { HasStarted = true, Progress = progress }));

    /// <summary>Commits a new version that changes nothing a caller sees.</summary>
    public static Task TouchAsync(this GatewayHost gateway, string id) => CommitAsync(gateway, id, task => new Change(task));

    /// <summary>Commits the end of a task.</summary>
    public static Task FailAsync(this GatewayHost gateway, string id) =>
        CommitAsync(gateway, id, task => Endings.Fail(task, TaskErrors.Cancelled, gateway.Services.GetRequiredService<EngineParts>().Now));

    private static async Task CommitAsync(GatewayHost gateway, string id, Func<GenerationTask, Change?> decide)
    {
        var live = gateway.Services.GetRequiredService<TaskEngine>().Find(id)!;
        Assert.Equal(
            OperationOutcome.Applied,
            await gateway.Services.GetRequiredService<EngineParts>().Writer.ApplyAsync(live, decide));
    }
}
