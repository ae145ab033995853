using System.Collections.Concurrent;
using System.Text.Json;
using Reelay.Providers;
using Reelay.Simulators;
using Reelay.Tests.Support;

namespace Reelay.Tests.Engine;

/// <summary>An upstream that does what a test says. By default it accepts, has the clip at once, cannot cancel, and lists what it accepted.</summary>
internal class ScriptedUpstream : IVideoProvider, ICancelsVideos, IFindsSubmissions
{
    private readonly ConcurrentDictionary<string, Job> _jobs = new();
    private int _lastId;

    public string Id { get; init; } = Rows.Provider;

    public IReadOnlyList<UpstreamModel> Models => [];

    /// <summary>Every call that arrived, in order.</summary>
    public ConcurrentQueue<SubmissionContext> Calls { get; } = new();

    /// <summary>Every poll, by upstream id.</summary>
    public ConcurrentQueue<string> Polls { get; } = new();

    /// <summary>What was accepted, and would be charged.</summary>
    public IReadOnlyCollection<Job> Jobs => [.. _jobs.Values];

    public Func<SubmissionContext, CancellationToken, Task<Submission>>? OnSubmit { get; set; }

    public Func<string, CancellationToken, Task<PollResult>>? OnPoll { get; set; }

    /// <summary>Answers a cancel; without it nothing can be cancelled.</summary>
    public Func<string, CancelResult>? OnCancel { get; set; }

    public Func<SubmissionQuery, IReadOnlyList<FoundSubmission>>? OnFind { get; set; }

    /// <summary>How long it may take until a new order can be found.</summary>
    public TimeSpan VisibilityDelay { get; set; }

    public SearchKind SearchKind { get; set; } = SearchKind.ByContent;

    public static PollResult.Succeeded Clip { get; } = new([Opened(() => StandInClipStore.Clip.ToArray())]);

    public static ProviderOutput.Opened Opened(Func<byte[]> bytes, long? announced = null) => new(_ =>
    {
        var content = bytes();
        return Task.FromResult<OutputContent>(new OutputContent.Bytes(new MemoryStream(content), announced ?? content.Length));
    });

    /// <summary>Takes an order on.</summary>
    public Submission.Accepted Accept(SubmissionContext call)
    {
        var id = "up-" + Interlocked.Increment(ref _lastId);
        _jobs[id] = new Job(id, call.Request.Prompt!, call.AttemptToken, call.Account.ChannelId);
        return new Submission.Accepted(id, Reference(id));
    }

    /// <summary>Takes an order on, and the answer is lost.</summary>
    public Submission AcceptAndDrop(SubmissionContext call)
    {
        Accept(call);
        throw new ProviderException(ProviderErrorKind.OutcomeUnknown, "the connection was reset");
    }

    public static JsonElement Reference(string id) => JsonSerializer.SerializeToElement(new Dictionary<string, string> { ["id"] = id });

    public Task<Submission> SubmitAsync(SubmissionContext submission, CancellationToken cancellationToken)
    {
        Calls.Enqueue(submission);
        return OnSubmit is null ? Task.FromResult<Submission>(Accept(submission)) : OnSubmit(submission, cancellationToken);
    }

    public Task<PollResult> PollAsync(ProviderAccount account, JsonElement reference, CancellationToken cancellationToken)
    {
        var id = reference.GetProperty("id").GetString()!;
        Polls.Enqueue(id);
        return OnPoll is null ? Task.FromResult<PollResult>(Clip) : OnPoll(id, cancellationToken);
    }

    public bool CanCancel(ProviderAccount account) => OnCancel is not null;

    public Task<CancelResult> CancelAsync(ProviderAccount account, JsonElement reference, CancellationToken cancellationToken) =>
        Task.FromResult(OnCancel!(reference.GetProperty("id").GetString()!));

    public SearchAbility Search(ProviderAccount account) => new(SearchKind, VisibilityDelay);

    public Task<IReadOnlyList<FoundSubmission>> FindAsync(ProviderAccount account, SubmissionQuery query, CancellationToken cancellationToken) =>
        Task.FromResult(OnFind is not null ? OnFind(query) : List(query));

    private IReadOnlyList<FoundSubmission> List(SubmissionQuery query) =>
    [
        .. _jobs.Values.Select(job => new FoundSubmission(
            job.Id, Reference(job.Id), query.SentFrom,
            SearchKind == SearchKind.ByToken ? job.Token == query.AttemptToken : job.Prompt == query.Request.Prompt)),
    ];

    public sealed record Job(string Id, string Prompt, string Token, string Channel);
}
