using System.Data.Common;
using Reelay.Providers;
using Reelay.Server.Engine;
using Reelay.Server.Engine.Callbacks;
using Reelay.Server.Storage;
using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Engine;

/// <summary>Every arrow of the table of phases is really taken, and by the engine itself: the database notes each change of a phase.</summary>
public sealed class ArrowTests
{
    // What makes an order take the arrow. Two channels each, so that there is somewhere to go.
    private static readonly Dictionary<(TaskPhase From, TaskPhase To), Action<ScriptedUpstream>> Ways = new()
    {
        [(TaskPhase.Accepted, TaskPhase.Submitting)] = _ => { },
        [(TaskPhase.Accepted, TaskPhase.Failed)] = upstream => upstream.OnSubmit = (_, _) => throw new ProviderException(ProviderErrorKind.Overloaded, "busy"),
        [(TaskPhase.Submitting, TaskPhase.Submitted)] = _ => { },
        [(TaskPhase.Submitting, TaskPhase.Reconciling)] = upstream => upstream.OnSubmit = (call, _) => Task.FromResult(upstream.AcceptAndDrop(call)),
        [(TaskPhase.Submitting, TaskPhase.Accepted)] = upstream => FirstCall(upstream, _ => throw new ProviderException(ProviderErrorKind.NotSent, "refused")),
        [(TaskPhase.Submitting, TaskPhase.Completed)] = upstream => upstream.OnSubmit = (_, _) =>
            Task.FromResult<Submission>(new Submission.Finished(ScriptedUpstream.Clip.Outputs.ToAsyncEnumerable(), () => null)),
        [(TaskPhase.Submitting, TaskPhase.Failed)] = upstream => upstream.OnSubmit = (_, _) => throw new ProviderException(ProviderErrorKind.InvalidRequest, "no"),
        [(TaskPhase.Reconciling, TaskPhase.Submitted)] = upstream => upstream.OnSubmit = (call, _) => Task.FromResult(upstream.AcceptAndDrop(call)),
        [(TaskPhase.Reconciling, TaskPhase.Accepted)] = upstream =>
        {
            upstream.SearchKind = SearchKind.ByToken;
            FirstCall(upstream, _ => throw new ProviderException(ProviderErrorKind.OutcomeUnknown, "reset"));
        },
        [(TaskPhase.Reconciling, TaskPhase.Completed)] = AnsweredElsewhere,
        [(TaskPhase.Reconciling, TaskPhase.Failed)] = upstream =>
        {
            upstream.SearchKind = SearchKind.None;
            upstream.OnSubmit = (call, _) => Task.FromResult(upstream.AcceptAndDrop(call));
        },
        [(TaskPhase.Submitted, TaskPhase.Fetching)] = _ => { },
        [(TaskPhase.Submitted, TaskPhase.Accepted)] = upstream => FirstOrder(upstream, _ => Failure(ProviderErrorKind.GenerationFailed)),
        [(TaskPhase.Submitted, TaskPhase.Failed)] = upstream => FirstOrder(upstream, _ => Failure(ProviderErrorKind.ContentRejected)),
        [(TaskPhase.Fetching, TaskPhase.Completed)] = _ => { },
        [(TaskPhase.Fetching, TaskPhase.Accepted)] = upstream => FirstOrder(upstream, poll => poll == 1 ? Broken() : Failure(ProviderErrorKind.GenerationFailed)),
        [(TaskPhase.Fetching, TaskPhase.Failed)] = upstream => upstream.OnPoll = (_, _) => Task.FromResult<PollResult>(Broken()),
    };

    public static TheoryData<string, string> Arrows() => [.. Enum.GetValues<TaskPhase>().SelectMany(
        from => TaskPhases.Next(from).Select(to => (from.ToWord(), to.ToWord())))];

    [Theory]
    [MemberData(nameof(Arrows))]
    public async Task The_arrow_is_taken(string from, string to)
    {
        var upstream = new ScriptedUpstream();
        Ways[(TaskPhases.Parse(from), TaskPhases.Parse(to))](upstream);
        var folder = new TemporaryFolder();
        using var rows = new PhaseLog(folder);
        var options = new EngineOptions { MaxFetchCount = 2 };
        options.Failover.MaxRefusals = 2;
        await using var world = await EngineWorld.StartAsync(
            upstream, [EngineWorld.Quick(), EngineWorld.Quick()], options, folder, prepare: _ => rows.WatchAsync());

        var id = await world.OrderAsync();
        if ((from, to) == (TaskPhase.Reconciling.ToWord(), TaskPhase.Completed.ToWord())) await AnswerElsewhereAsync(world, id);
        await world.FinishAsync(id);

        var taken = rows.Taken();
        Assert.Contains((from, to), taken);
        Assert.All(taken, arrow => Assert.True(arrow.From == arrow.To || TaskPhases.CanFollow(TaskPhases.Parse(arrow.From), TaskPhases.Parse(arrow.To)), $"{arrow}"));
    }

    private static void AnsweredElsewhere(ScriptedUpstream upstream)
    {
        upstream.VisibilityDelay = TimeSpan.FromHours(1);
        upstream.OnSubmit = (call, _) => Task.FromResult(upstream.AcceptAndDrop(call));
    }

    // As a node does that lost the task while its call was under way.
    private static async Task AnswerElsewhereAsync(EngineWorld world, string id)
    {
        var task = (await world.UntilPhaseAsync(id, TaskPhase.Reconciling)).Task;
        await world.WriteAsync(new StoreOperation.Post(new AnswerMail { Assets = [Rows.Asset(task)] }.ToRow(id, 1, EngineWorld.Now)));
    }

    private static void FirstCall(ScriptedUpstream upstream, Func<SubmissionContext, Submission> first) =>
        upstream.OnSubmit = (call, _) => Task.FromResult(upstream.Calls.Count == 1 ? first(call) : upstream.Accept(call));

    private static void FirstOrder(ScriptedUpstream upstream, Func<int, PollResult> poll) => upstream.OnPoll = (id, _) => Task.FromResult<PollResult>(
        id == "up-1" ? poll(upstream.Polls.Count(polled => polled == id)) : ScriptedUpstream.Clip);

    private static PollResult.Failed Failure(ProviderErrorKind kind) => new(kind, "no", FailureCharge.None);

    private static PollResult.Succeeded Broken() => new([ScriptedUpstream.Opened(() => throw new IOException("cut"))]);

    // Looks into the database beside the engine.
    private sealed class PhaseLog(TemporaryFolder folder) : IDisposable
    {
        private DbConnection? _connection;

        public Task WatchAsync()
        {
            const string Note = "INSERT INTO arrows (before, after) VALUES (OLD.phase, NEW.phase);";
            const string Trigger = "CREATE TRIGGER arrows_taken AFTER UPDATE OF phase ON tasks";
            _connection = TestStore.Connect(folder.Path);
            _connection.Execute("CREATE TABLE arrows (before TEXT NOT NULL, after TEXT NOT NULL)");
            _connection.Execute(TestStore.IsPostgres
                ? $"CREATE FUNCTION note_arrow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {Note} RETURN NULL; END $$; {Trigger} FOR EACH ROW EXECUTE FUNCTION note_arrow()"
                : $"{Trigger} BEGIN {Note} END");
            return Task.CompletedTask;
        }

        public List<(string From, string To)> Taken() => _connection!.Query(row => (row.GetString(0), row.GetString(1)), "SELECT before, after FROM arrows");

        public void Dispose() => _connection?.Dispose();
    }
}
