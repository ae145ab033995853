using System.Text.Json;
using System.Text.Json.Nodes;

namespace Reelay.Providers;

/// <summary>Everything one submission needs.</summary>
public sealed record SubmissionContext
{
    /// <summary>The account to submit with.</summary>
    public required ProviderAccount Account { get; init; }

    /// <summary>What to make; every value has been checked against the upstream model's capability.</summary>
    public required ProviderRequest Request { get; init; }

    /// <summary>
    /// Our own mark for this attempt, at most 64 characters of <c>[A-Za-z0-9_-]</c>, never used twice. Sent wherever the protocol has a
    /// place for it (idempotency key, client reference, external id).
    /// </summary>
    public required string AttemptToken { get; init; }

    /// <summary>Where the upstream may call back, or null when callbacks are off.</summary>
    public Uri? CallbackUrl { get; init; }

    /// <summary>The order's input media in the caller's order; empty for text alone.</summary>
    public IReadOnlyList<MediaInput> Media { get; init; } = [];

    /// <summary>The call is aborted at this moment of <see cref="ProviderAccount.Time"/>; the token that comes with the call enforces it.</summary>
    public required DateTimeOffset Deadline { get; init; }
}

/// <summary>What to make, in words every provider shares. What only one upstream knows travels in <see cref="Extras"/>.</summary>
public sealed record ProviderRequest
{
    /// <summary>The upstream's own name of the model.</summary>
    public required string UpstreamModel { get; init; }

    /// <summary>Task mode: <c>t2v</c>, <c>i2v</c>, <c>i2v_first_last</c>, <c>reference_images</c>, <c>r2v</c>, <c>edit</c>, <c>extend</c> …</summary>
    public required string Mode { get; init; }

    /// <summary>The prompt, or null in modes that need none.</summary>
    public string? Prompt { get; init; }

    /// <summary>Length in whole seconds, or null where the upstream takes none (images, edits).</summary>
    public int? Seconds { get; init; }

    /// <summary>Width in pixels, or null where the upstream decides.</summary>
    public int? WidthPixels { get; init; }

    /// <summary>Height in pixels, or null where the upstream decides.</summary>
    public int? HeightPixels { get; init; }

    /// <summary>Resolution tier such as <c>720p</c> or <c>2k</c>, where the model has tiers.</summary>
    public string? Tier { get; init; }

    /// <summary>Aspect ratio such as <c>16:9</c>, where the model has ratios.</summary>
    public string? AspectRatio { get; init; }

    /// <summary>The vendor's quality word (<c>std</c>, <c>pro</c>; <c>low</c>, <c>high</c> …), where the model has such a choice.</summary>
    public string? Quality { get; init; }

    /// <summary>Frames a second, or null for the upstream's own.</summary>
    public int? Fps { get; init; }

    /// <summary>Whether sound is made, or null where the model gives no choice.</summary>
    public bool? Audio { get; init; }

    /// <summary>How many outputs are wanted.</summary>
    public int Count { get; init; } = 1;

    /// <summary>Checked extra parameters by their public name; only names the upstream model declares.</summary>
    public JsonObject Extras { get; init; } = [];

    /// <summary>
    /// The earlier result that is extended or edited, if this account made it and the upstream gave it an id of its own; otherwise null,
    /// and its file is among the media as <see cref="MediaRole.SourceVideo"/>.
    /// </summary>
    public SourceReference? Source { get; init; }

    /// <summary>A hash of the caller's end user, for upstreams that have an abuse id.</summary>
    public string? UserHash { get; init; }
}

/// <summary>An earlier result at the same account.</summary>
/// <param name="UpstreamId">The upstream's id of the generation that made it.</param>
/// <param name="OutputReference">What <see cref="PollResult.Succeeded"/> told of it.</param>
public sealed record SourceReference(string UpstreamId, JsonElement OutputReference);

/// <summary>What an input is for.</summary>
public enum MediaRole
{
    /// <summary>The picture the video starts with.</summary>
    FirstFrame,

    /// <summary>The picture the video ends with.</summary>
    LastFrame,

    /// <summary>A picture of a thing, person or style.</summary>
    ReferenceImage,

    /// <summary>A video as material.</summary>
    ReferenceVideo,

    /// <summary>A sound as material.</summary>
    ReferenceAudio,

    /// <summary>The video to edit or to continue.</summary>
    SourceVideo,

    /// <summary>Where an edit may change the picture.</summary>
    Mask,

    /// <summary>A short video of somebody or something that the prompt names by <see cref="MediaInput.Name"/>.</summary>
    Character,
}

/// <summary>One input file of an order, already stored and sniffed by the server.</summary>
public sealed record MediaInput
{
    /// <summary>What it is for.</summary>
    public required MediaRole Role { get; init; }

    /// <summary>Media type found in the bytes, for example <c>image/png</c>.</summary>
    public required string ContentType { get; init; }

    /// <summary>Size in bytes.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>A harmless file name with the right extension.</summary>
    public required string FileName { get; init; }

    /// <summary>The name the prompt uses for it, for a <see cref="MediaRole.Character"/>; otherwise null.</summary>
    public string? Name { get; init; }

    /// <summary>Opens the bytes; the caller disposes the stream. May be called more than once.</summary>
    public required Func<CancellationToken, Task<Stream>> OpenAsync { get; init; }

    /// <summary>A signed link of our own that the upstream can fetch, or null when this gateway has no public address.</summary>
    public Uri? PublicUrl { get; init; }
}
