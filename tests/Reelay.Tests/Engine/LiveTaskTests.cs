using Reelay.Server.Engine;
using Reelay.Tests.Support;

namespace Reelay.Tests.Engine;

/// <summary>What a driver knows of its task while two steps write it.</summary>
public sealed class LiveTaskTests
{
    [Fact]
    public void An_older_write_that_is_heard_of_later_takes_no_attempt_away()
    {
        var task = Rows.Task();
        var submitting = Rows.Submitting(task);
        var attempt = Rows.Attempt(task);
        var live = new LiveTask(submitting, attempt);

        // The call ends without an answer while a callback says which id the order has: the callback's write is the newer one.
        var reconciling = submitting with { Version = submitting.Version + 1, Phase = Server.Tasks.TaskPhase.Reconciling };
        var submitted = reconciling with { Version = reconciling.Version + 1, Phase = Server.Tasks.TaskPhase.Submitted };
        live.Offer(submitted, attempt with { UpstreamId = "up-1", ReferenceJson = "{}" });
        live.Offer(reconciling, attempt with { ErrorMessage = "no answer" });

        Assert.Equal((submitted, "{}"), (live.Task, live.Attempt!.ReferenceJson));
    }
}
