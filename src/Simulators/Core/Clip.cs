namespace Reelay.Simulators;

/// <summary>One clip, or one picture, to be made.</summary>
public sealed record ClipOrder
{
    /// <summary>Unique within the sandbox; letters, digits, dash and underscore.</summary>
    public required string Key { get; init; }

    /// <summary>Width in pixels; the picture is made even.</summary>
    public required int WidthPixels { get; init; }

    /// <summary>Height in pixels; the picture is made even.</summary>
    public required int HeightPixels { get; init; }

    /// <summary>Length in seconds; of a picture that does not move 1, at one frame a second.</summary>
    public required double Seconds { get; init; }

    /// <summary>Frames a second.</summary>
    public int Fps { get; init; } = 24;

    /// <summary>The kind of picture, <c>png</c>, <c>jpeg</c>, <c>webp</c> or <c>gif</c>; null for a clip.</summary>
    public string? Picture { get; init; }

    /// <summary>Whether a clip has a sound track.</summary>
    public bool HasSound { get; init; } = true;

    /// <summary>Written in the picture.</summary>
    public string Model { get; init; } = "";

    /// <summary>Written in the picture.</summary>
    public string Prompt { get; init; } = "";

    /// <summary>Written in the picture: size, seconds and whatever else was asked for.</summary>
    public string Parameters { get; init; } = "";
}

/// <summary>What is wanted of a clip.</summary>
public enum ClipVariant
{
    /// <summary>The file itself: MP4, or the picture that was ordered.</summary>
    Video,

    /// <summary>One frame as WebP.</summary>
    Thumbnail,

    /// <summary>Frames in a grid as JPEG.</summary>
    Spritesheet,
}

/// <summary>Makes clips and keeps them. Simulators only ask; how and where is the host's business.</summary>
public interface IClipStore
{
    /// <summary>Lets the clip be made soon. Returns at once.</summary>
    void Prepare(ClipOrder order);

    /// <summary>Since when the clip is there, or null if it is not.</summary>
    DateTimeOffset? ReadyAt(ClipOrder order);

    /// <summary>Opens one file of the clip, making it first if need be.</summary>
    /// <returns>The file, or null if this variant cannot be made here.</returns>
    ValueTask<ClipFile?> OpenAsync(ClipOrder order, ClipVariant variant, CancellationToken cancellationToken);

    /// <summary>Forgets all clips.</summary>
    void Clear();
}

/// <summary>An open file. The receiver disposes the stream, which can seek.</summary>
public sealed record ClipFile(Stream Content, string ContentType);
