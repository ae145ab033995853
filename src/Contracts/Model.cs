using System.Text.Json.Nodes;

namespace Reelay.Contracts;

/// <summary>One model that a key can order.</summary>
public sealed record Model
{
    /// <summary>Public name.</summary>
    public required string Id { get; init; }

    /// <summary>Always <c>model</c>.</summary>
    public string Object { get; init; } = "model";

    /// <summary>Unix seconds; the day this server was built.</summary>
    public required long Created { get; init; }

    /// <summary>Always <c>reelay</c>: which vendor serves it is the operator's business.</summary>
    public string OwnedBy { get; init; } = "reelay";

    /// <summary>One sentence for people.</summary>
    public required string Description { get; init; }

    /// <summary>Day of the vendor's shutdown, <c>yyyy-MM-dd</c>.</summary>
    public string? ShutdownDate { get; init; }

    /// <summary><c>preview</c>, <c>active</c>, <c>deprecated</c> or <c>retired</c>, at its vendor.</summary>
    public required string Lifecycle { get; init; }

    /// <summary>Public model to use instead.</summary>
    public string? Successor { get; init; }

    /// <summary>What its values become at the successor that the operator names; null if none is named.</summary>
    public ModelSuccessorMapping? SuccessorMapping { get; init; }

    /// <summary>What can be ordered.</summary>
    public required ModelCapabilities Capabilities { get; init; }

    /// <summary><c>video</c> or <c>image</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>For a further name: the model it stands for.</summary>
    public string? AliasOf { get; init; }

    /// <summary>For a further name: the parameters it fixes.</summary>
    public JsonObject? Fixed { get; init; }

    /// <summary>For a name that stands for several models: what <c>model_name</c> may be.</summary>
    public IReadOnlyList<string>? ModelNames { get; init; }

    /// <summary>Prices; the first row that fits an order counts.</summary>
    public required IReadOnlyList<ModelPrice> Prices { get; init; }
}

/// <summary>How orders by an old name are made where no channel serves the old model any more.</summary>
public sealed record ModelSuccessorMapping
{
    /// <summary>The public model that makes them.</summary>
    public required string Model { get; init; }

    /// <summary>Whether it does so now; otherwise a channel still serves the old model itself.</summary>
    public required bool InUse { get; init; }

    /// <summary>What each length becomes, in seconds, by the old one.</summary>
    public required IReadOnlyDictionary<string, int> Seconds { get; init; }

    /// <summary>What each size <c>WxH</c> becomes, by the old one.</summary>
    public required IReadOnlyDictionary<string, string> Sizes { get; init; }

    /// <summary>Values of the old model that cannot be ordered in its place, for example <c>seconds 20</c>.</summary>
    public required IReadOnlyList<string> Missing { get; init; }
}

/// <summary>What can be ordered of a model: the union of what its upstream models can do, of which not every combination need be possible.</summary>
public sealed record ModelCapabilities
{
    /// <summary>Task modes.</summary>
    public required IReadOnlyList<string> Modes { get; init; }

    /// <summary>What each mode needs and takes.</summary>
    public required IReadOnlyDictionary<string, ModelMode> Inputs { get; init; }

    /// <summary>Lengths in seconds; empty for pictures.</summary>
    public required IReadOnlyList<int> Seconds { get; init; }

    /// <summary>Seconds when none are asked; absent for pictures.</summary>
    public int? DefaultSeconds { get; init; }

    /// <summary>Sizes; <c>any</c> where the model makes every size within its bounds, perhaps beside some that have names.</summary>
    public required IReadOnlyList<string> Sizes { get; init; }

    /// <summary>Bounds of sizes that need not be listed.</summary>
    public ModelSizeBounds? AnySize { get; init; }

    /// <summary>Size when none is asked.</summary>
    public required string DefaultSize { get; init; }

    /// <summary>Resolution tiers.</summary>
    public required IReadOnlyList<string> Tiers { get; init; }

    /// <summary>Quality words, where there is such a choice.</summary>
    public IReadOnlyList<string>? Qualities { get; init; }

    /// <summary>Quality when none is asked.</summary>
    public string? DefaultQuality { get; init; }

    /// <summary>Frames a second, where it is known.</summary>
    public int? Fps { get; init; }

    /// <summary><c>always</c>, <c>never</c>, <c>choice</c> or <c>unknown</c>.</summary>
    public required string Audio { get; init; }

    /// <summary>Sound when the caller says nothing, where there is a choice.</summary>
    public bool? DefaultAudio { get; init; }

    /// <summary>Longest prompt in Unicode code points.</summary>
    public required int MaxPromptLength { get; init; }

    /// <summary>Largest <c>n</c>.</summary>
    public required int MaxOutputs { get; init; }

    /// <summary>Input files by role.</summary>
    public required IReadOnlyDictionary<string, ModelReference> References { get; init; }

    /// <summary>Further parameters.</summary>
    public required IReadOnlyList<ModelParameter> Parameters { get; init; }
}

/// <summary>What a mode needs and takes: <c>prompt</c> and roles of input files.</summary>
public sealed record ModelMode(IReadOnlyList<string> Requires, IReadOnlyList<string> Takes);

/// <summary>Bounds of sizes in pixels.</summary>
public sealed record ModelSizeBounds(int MinSide, int MaxSide, int MultipleOf, long? MinPixels, long? MaxPixels, double? MaxRatio);

/// <summary>Bounds on the input files of one role.</summary>
/// <param name="MaxCount">Most files.</param>
/// <param name="MaxBytes">Largest file in bytes.</param>
/// <param name="Types">Media types, as found in the bytes.</param>
/// <param name="Encodings">Ways to send one.</param>
public sealed record ModelReference(int MaxCount, long MaxBytes, IReadOnlyList<string> Types, IReadOnlyList<string> Encodings);

/// <summary>A further parameter.</summary>
public sealed record ModelParameter
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary><c>text</c>, <c>integer</c>, <c>number</c>, <c>boolean</c>, <c>object</c> or <c>list</c>.</summary>
    public required string Type { get; init; }

    /// <summary><c>content</c> if it changes what is made and is refused where it cannot be honoured, else <c>hint</c>.</summary>
    public required string Class { get; init; }

    /// <summary>Words allowed.</summary>
    public IReadOnlyList<string>? Allowed { get; init; }

    /// <summary>Least number, or fewest items.</summary>
    public decimal? Min { get; init; }

    /// <summary>Largest number, or most items.</summary>
    public decimal? Max { get; init; }

    /// <summary>Most characters.</summary>
    public int? MaxLength { get; init; }
}

/// <summary>One row of a price list; a condition that is absent holds always.</summary>
public sealed record ModelPrice
{
    /// <summary>The tier it is for.</summary>
    public string? Tier { get; init; }

    /// <summary>The quality it is for.</summary>
    public string? Quality { get; init; }

    /// <summary>The mode it is for.</summary>
    public string? Mode { get; init; }

    /// <summary>With or without sound.</summary>
    public bool? Audio { get; init; }

    /// <summary>With or without a video among the inputs.</summary>
    public bool? InputVideo { get; init; }

    /// <summary>Seconds of input videos that tokens are reserved for besides.</summary>
    public int? InputSeconds { get; init; }

    /// <summary><c>second</c> of each output, <c>output</c>, <c>call</c> (however many outputs), or <c>token</c>.</summary>
    public required string Per { get; init; }

    /// <summary>Micro-dollars: for one, or for a million tokens.</summary>
    public required long Micros { get; init; }
}
