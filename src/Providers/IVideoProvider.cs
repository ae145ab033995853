using System.Text.Json;

namespace Reelay.Providers;

/// <summary>Speaks the wire protocol of one upstream. Knows nothing of callers, tasks, money or storage.</summary>
/// <remarks>
/// A provider is a sealed class with a parameterless constructor and no state of its own; the server takes every one in this assembly.
/// All network traffic goes through <see cref="ProviderAccount.Http"/>, all time through <see cref="ProviderAccount.Time"/>.
/// </remarks>
public interface IVideoProvider
{
    /// <summary>Stable id kept in channels, stored tasks and metrics, for example <c>kling</c>.</summary>
    string Id { get; }

    /// <summary>What is known of the upstream's models, from the provider's <c>…Models.json</c>.</summary>
    IReadOnlyList<UpstreamModel> Models { get; }

    /// <summary>Whether the upstream answers a submission with the result itself, so that the call lasts as long as the work.</summary>
    bool IsSynchronous => false;

    /// <summary>
    /// Hosts of the vendor itself, each with all below it. A model that the vendor has retired is served there no more; at any other host
    /// (a self-hosted server, a gateway, the sandbox) it is.
    /// </summary>
    IReadOnlyList<string> VendorHosts => [];

    /// <summary>Starts one generation at the upstream. No retry and no redirect stands around this call.</summary>
    /// <returns>An opaque reference to poll with, or the finished outputs of a synchronous upstream.</returns>
    /// <exception cref="ProviderException">
    /// Says what went wrong and thereby whether the upstream may be working on the order: anything after the first byte that is not a
    /// documented refusal is <see cref="ProviderErrorKind.OutcomeUnknown"/>.
    /// </exception>
    Task<Submission> SubmitAsync(SubmissionContext submission, CancellationToken cancellationToken);

    /// <summary>Reads the state of one generation once; never waits, never loops.</summary>
    /// <exception cref="ProviderException">The state could not be read.</exception>
    Task<PollResult> PollAsync(ProviderAccount account, JsonElement reference, CancellationToken cancellationToken);
}

/// <summary>A provider whose channels carry settings of their own, which can be wrong before any order comes.</summary>
public interface IChecksOptions
{
    /// <summary>Checks a channel's options when an operator writes them. Pure.</summary>
    /// <returns>Every mistake, as a sentence that names the key; empty if there is none.</returns>
    IReadOnlyList<string> FindMistakes(JsonElement options);
}

/// <summary>
/// A provider whose channels differ in what they can do, by their options: servers of one protocol that lack some of its operations or
/// have parameters of their own, and models of which nothing is published.
/// </summary>
public interface IDescribesModels
{
    /// <summary>
    /// What a channel's upstream models can do through it, in place of <see cref="IVideoProvider.Models"/>. Pure. A submission that keeps
    /// to these rows is never refused by the provider itself; one that does not may be.
    /// </summary>
    /// <param name="options">The channel's options, free of mistakes; an undefined element means all defaults.</param>
    /// <param name="names">The upstream models the channel serves, whether the provider lists them or not.</param>
    /// <returns>
    /// The rows in the order of the names, as many of one name as its values depend on each other; none for a name of which the channel can
    /// make nothing. <see cref="UpstreamModel.Audio"/> is <c>unknown</c> where nothing is known of it.
    /// </returns>
    /// <exception cref="ArgumentException">The options have mistakes.</exception>
    IReadOnlyList<UpstreamModel> ModelsOf(JsonElement options, IReadOnlyList<string> names);
}

/// <summary>A provider that can stop a generation the upstream has accepted.</summary>
public interface ICancelsVideos
{
    /// <summary>Whether this account's upstream offers cancelling at all.</summary>
    bool CanCancel(ProviderAccount account);

    /// <summary>Whether this one can be cancelled, at an upstream that offers it for some alone. Pure.</summary>
    bool CanCancel(ProviderAccount account, JsonElement reference) => CanCancel(account);

    /// <summary>Asks the upstream to stop. Harmless when repeated.</summary>
    /// <returns>What the upstream said; <see cref="CancelResult.Confirmed"/> only if it will not go on.</returns>
    /// <exception cref="ProviderException">No answer could be had.</exception>
    Task<CancelResult> CancelAsync(ProviderAccount account, JsonElement reference, CancellationToken cancellationToken);
}

/// <summary>What an upstream answered to a cancel.</summary>
public enum CancelResult
{
    /// <summary>The upstream has stopped and will deliver nothing.</summary>
    Confirmed,

    /// <summary>The upstream goes on, or is already done: poll for the outcome.</summary>
    Refused,
}

/// <summary>A provider that can look for a submission whose answer was lost.</summary>
public interface IFindsSubmissions
{
    /// <summary>How sure a search at this account can be.</summary>
    SearchAbility Search(ProviderAccount account);

    /// <summary>Lists what the upstream accepted in the query's time window, newest first, at most 1,000 rows.</summary>
    /// <exception cref="ProviderException">The list could not be read.</exception>
    Task<IReadOnlyList<FoundSubmission>> FindAsync(ProviderAccount account, SubmissionQuery query, CancellationToken cancellationToken);
}

/// <summary>How sure a search for a lost submission can be.</summary>
/// <param name="Kind">What the upstream's list can be searched by.</param>
/// <param name="VisibilityDelay">Longest time after acceptance until a submission shows up in the list.</param>
public sealed record SearchAbility(SearchKind Kind, TimeSpan VisibilityDelay);

/// <summary>What an upstream's list of submissions can be searched by.</summary>
public enum SearchKind
{
    /// <summary>There is no list.</summary>
    None,

    /// <summary>By prompt, parameters and time alone: adopting needs a unique match, and absence proves nothing.</summary>
    ByContent,

    /// <summary>By the attempt token we sent: a hit is certain, and so is absence.</summary>
    ByToken,
}

/// <summary>What is known of a submission whose answer was lost.</summary>
/// <param name="Request">What was sent.</param>
/// <param name="AttemptToken">The token that was sent with it.</param>
/// <param name="SentFrom">Earliest moment the upstream can have received it.</param>
/// <param name="SentUntil">Latest moment it can have arrived.</param>
public sealed record SubmissionQuery(ProviderRequest Request, string AttemptToken, DateTimeOffset SentFrom, DateTimeOffset SentUntil);

/// <summary>One row of an upstream's list of submissions.</summary>
/// <param name="UpstreamId">The upstream's own id.</param>
/// <param name="Reference">What to poll it with.</param>
/// <param name="CreatedAt">When the upstream says it accepted it; whole seconds at some.</param>
/// <param name="IsMatch">Whether token, or prompt and every parameter the list shows, equal the query's.</param>
public sealed record FoundSubmission(string UpstreamId, JsonElement Reference, DateTimeOffset CreatedAt, bool IsMatch);

/// <summary>A provider that can try an account out without ordering anything.</summary>
public interface ITestsAccount
{
    /// <summary>Makes the cheapest call that costs nothing, changes nothing, and fails if address or credential are wrong.</summary>
    /// <returns>What was asked and what that proves, in one sentence.</returns>
    /// <exception cref="ProviderException">What is wrong, as far as the upstream's answer tells.</exception>
    Task<string> TestAsync(ProviderAccount account, CancellationToken cancellationToken);
}

/// <summary>A provider whose upstream reads many states in one call.</summary>
public interface IPollsInBatches
{
    /// <summary>Most references one call may carry.</summary>
    int MaxBatchCount { get; }

    /// <summary>
    /// Reads many states once; the answer has one result per reference, in order, and null where the upstream's answer does not name it: that
    /// one is then read alone.
    /// </summary>
    /// <exception cref="ProviderException">The states could not be read.</exception>
    Task<IReadOnlyList<PollResult?>> PollManyAsync(
        ProviderAccount account, IReadOnlyList<JsonElement> references, CancellationToken cancellationToken);
}

/// <summary>A provider whose upstream calls back when a generation changes state.</summary>
public interface IReceivesCallbacks
{
    /// <summary>Reads one callback. Pure: no I/O, no belief in an unsigned body beyond waking the poller.</summary>
    /// <returns>What it says, or null if the body is not a callback of this upstream.</returns>
    CallbackReading? ReadCallback(ProviderAccount account, IReadOnlyDictionary<string, string> headers, ReadOnlyMemory<byte> body);
}

/// <summary>What a callback says.</summary>
/// <param name="UpstreamId">The upstream id it names, if any.</param>
/// <param name="Result">The state it claims, or null to poll for it.</param>
/// <param name="IsSigned">Whether a signature over the body was checked; only then may <paramref name="Result"/> end a task.</param>
public sealed record CallbackReading(string? UpstreamId, PollResult? Result, bool IsSigned);
