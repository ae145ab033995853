using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Reelay.Server.Engine;
using Reelay.Server.Tasks;
using Reelay.Tests.Engine;
using Reelay.Tests.Support;

namespace Reelay.Tests.Tasks;

/// <summary>The border before the store: a step that decides wrongly writes nothing.</summary>
public sealed class TaskWriterTests
{
    [Fact]
    public async Task Only_the_arrows_of_the_table_are_written()
    {
        await using var world = await EngineWorld.StartAsync(new ScriptedUpstream());
        var ownership = new Ownership("node_test");
        var writer = new TaskWriter(
            world.Committer, world.Store, ownership, TimeSpan.FromDays(1), TimeProvider.System, NullLogger<TaskWriter>.Instance);

        foreach (var from in Enum.GetValues<TaskPhase>())
        {
            foreach (var to in Enum.GetValues<TaskPhase>())
            {
                var live = new LiveTask(Rows.Task() with { Phase = from }, null);
                Task<OperationOutcome?> Write() => writer.ApplyAsync(live, task => new Change(task with { Phase = to, FinishedAt = 1 })
                {
                    Money = to.IsTerminal() && !from.IsTerminal() ? MoneyMove.Release : null,
                });

                // What passes finds that this node owns nothing: the row is not there at all.
                if (TaskPhases.Next(from).Contains(to) || from == to) Assert.Equal(OperationOutcome.NotOwned, await Write());
                else Assert.Contains("cannot go", (await Assert.ThrowsAsync<UnreachableException>(Write)).Message);
            }
        }
    }
}
