namespace Reelay.Server.Catalog.Orders;

/// <summary>What happens to a parameter.</summary>
internal enum ParameterClass
{
    /// <summary>A reader of its own understands it.</summary>
    Read,

    /// <summary>It changes content or price: refused where no upstream model takes it, unless neutral.</summary>
    Content,

    /// <summary>A hint: goes upstream where the upstream model takes it, else a warning.</summary>
    Hint,
}

/// <summary>What the name of a media field says about its files. Which role they get is decided with the mode.</summary>
internal enum MediaHint
{
    /// <summary>A picture: first frame, last frame or reference, by mode and number.</summary>
    Picture,

    /// <summary>Surely the first frame.</summary>
    FirstFrame,

    /// <summary>Surely the last frame.</summary>
    LastFrame,

    /// <summary>A picture as material.</summary>
    Reference,

    /// <summary>A video: to edit, to go on from, or material.</summary>
    Video,

    /// <summary>Surely the video to edit.</summary>
    SourceVideo,

    /// <summary>A video as material.</summary>
    ReferenceVideo,

    /// <summary>A sound as material.</summary>
    Audio,

    /// <summary>Where an edit may change the picture.</summary>
    Mask,

    /// <summary>Somebody the prompt names.</summary>
    Character,
}

/// <summary>One parameter callers may send.</summary>
/// <param name="Name">Its canonical name.</param>
/// <param name="Class">What happens to it.</param>
/// <param name="Aliases">Other names that mean the same.</param>
internal sealed record Parameter(string Name, ParameterClass Class, params string[] Aliases)
{
    /// <summary>Numbers or words that change nothing, beside null and empty text.</summary>
    public string[] Neutral { get; init; } = [];

    /// <summary>Whether repeating a form field makes a list instead of a conflict.</summary>
    public bool IsList { get; init; }

    /// <summary>Set for files and links.</summary>
    public MediaHint? Media { get; init; }

    /// <summary>Said after a refusal; where the caller should turn instead.</summary>
    public string? Advice { get; init; }
}
