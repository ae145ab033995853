using Reelay.Server.Api;
using Reelay.Server.Api.Reading;

namespace Reelay.Server.Catalog.Orders;

/// <summary>Everything a request says about size, joined; parts that contradict each other are refused.</summary>
internal sealed class SizeParts
{
    private (PixelSize Value, string Path)? _pixels;
    private (double Value, string Path)? _ratio;
    private (string Value, string Path)? _tier;
    private string? _autoPath;

    /// <summary>What to resolve.</summary>
    public SizeAsk Ask => new(_pixels?.Value, _ratio?.Value, _tier?.Value);

    /// <summary>Whether the choice was left to the model, in so many words.</summary>
    public bool IsAuto => _autoPath is not null;

    /// <summary>What is echoed: the size as it was asked for, or null.</summary>
    public string? Echo { get; private set; }

    /// <summary>The parameter that errors blame.</summary>
    public string FirstPath => _pixels?.Path ?? _tier?.Path ?? _ratio?.Path ?? Parameters.Size.Name;

    /// <summary>What asked for a ratio, or null.</summary>
    public string? RatioPath => _pixels?.Path ?? _ratio?.Path;

    /// <summary>The ask in the caller's words.</summary>
    public string Describe() => string.Join(
        ", ", new[] { Echo ?? _pixels?.Value.ToString() ?? _ratio?.Value.ToString("0.###"), _tier?.Value }.Where(part => part is not null).Distinct());

    public ApiError? Read(OrderDraft draft) =>
        ReadSize(draft) ?? ReadSides(draft) ?? ReadRatio(draft) ?? ReadTier(draft, Parameters.Tier) ?? QualityReader.Read(draft, this)
        ?? (_autoPath is not null && _tier is not null
            ? OrderErrors.Invalid("invalid_size", _autoPath, "auto", $"`{_tier.Value.Path}` needs a size or a ratio; leave `{_autoPath}` out or name one.")
            : null);

    /// <summary>Adds a tier that another parameter asked for.</summary>
    public ApiError? AddTier(string tier, string path)
    {
        if (_tier is { } earlier)
        {
            return earlier.Value == tier ? null : OrderErrors.Conflict(earlier.Path, path);
        }

        _tier = (tier, path);
        return null;
    }

    private ApiError? ReadSize(OrderDraft draft)
    {
        var error = draft.Asked.One<Spelling>(Parameters.Size, ReadSpelling, out var size, out var path);
        if (error is not null || path is null)
        {
            return error;
        }

        Echo = Shown.Value(size.Text.Trim());
        return Add(size.Size, path);
    }

    private static ApiError? ReadSpelling(Asked asked, out Spelling size)
    {
        size = default;
        if (Values.Text(asked, out var text) is { } error) return error;
        if (!SizeText.TryParse(text, out var parsed))
        {
            return OrderErrors.Invalid("invalid_size", asked.Path, Shown.Value(text), "It is WxH, a ratio such as 16:9, a tier such as 720p, or auto.");
        }

        size = new(text, parsed);
        return null;
    }

    private ApiError? Add(SizeText size, string path)
    {
        if (size.IsAuto)
        {
            _autoPath = path;
        }

        var ask = size.Ask;
        return (ask.Pixels is { } pixels ? AddPixels(pixels, path) : null)
            ?? (ask.Ratio is { } ratio ? AddRatio(ratio, path) : null)
            ?? (ask.Tier is { } tier ? AddTier(tier, path) : null);
    }

    private ApiError? ReadSides(OrderDraft draft)
    {
        if (draft.Asked.One<int>(Parameters.Width, ReadSide, out var width, out var widthPath) is { } widthError)
        {
            return widthError;
        }

        if (draft.Asked.One<int>(Parameters.Height, ReadSide, out var height, out var heightPath) is { } heightError)
        {
            return heightError;
        }

        if (widthPath is null && heightPath is null)
        {
            return null;
        }

        if (widthPath is null || heightPath is null)
        {
            var sent = widthPath is null ? heightPath! : widthPath;
            return ApiError.Invalid("invalid_size", sent, $"`{sent}` came alone; send `width` with `height`, or `size`.");
        }

        var size = new PixelSize(width, height);
        Echo ??= size.ToString();
        return AddPixels(size, widthPath);
    }

    private static ApiError? ReadSide(Asked asked, out int side) =>
        Values.TryInteger(asked.Value, out side) && side is >= 1 and <= 99_999
            ? null
            : OrderErrors.Invalid("invalid_size", asked.Path, Values.Show(asked.Value), "It is a whole number of pixels.");

    private ApiError? ReadRatio(OrderDraft draft)
    {
        foreach (var asked in draft.Asked.Of(Parameters.AspectRatio))
        {
            if (Values.Text(asked, out var text) is { } error) return error;
            if (text.Trim().ToLowerInvariant() is "auto" or "adaptive") continue;
            if (!SizeText.TryParseRatio(text, out var ratio)) return OrderErrors.Invalid("invalid_size", asked.Path, Shown.Value(text), "It is a ratio such as 16:9.");
            if (AddRatio(ratio, asked.Path) is { } conflict) return conflict;
        }

        return null;
    }

    private ApiError? ReadTier(OrderDraft draft, Parameter parameter)
    {
        foreach (var asked in draft.Asked.All)
        {
            if (!ReferenceEquals(asked.Parameter, parameter))
            {
                continue;
            }

            if (Values.Text(asked, out var text) is { } error)
            {
                return error;
            }

            // A resolution is written as pixels by some callers.
            if (text.Trim().ToLowerInvariant() is "auto") continue;
            if (!SizeText.TryParse(text, out var size)) return OrderErrors.Invalid("invalid_size", asked.Path, Shown.Value(text), "It is a tier such as 720p or 2k.");
            if (Add(size, asked.Path) is { } conflict) return conflict;
        }

        return null;
    }

    private ApiError? AddPixels(PixelSize pixels, string path)
    {
        if (_pixels is { } earlier && earlier.Value != pixels)
        {
            return OrderErrors.Conflict(earlier.Path, path);
        }

        if (_ratio is { } ratio && !IsSameRatio(ratio.Value, pixels.Ratio))
        {
            return OrderErrors.Conflict(ratio.Path, path);
        }

        _pixels ??= (pixels, path);
        return null;
    }

    private ApiError? AddRatio(double ratio, string path)
    {
        if (_pixels is { } pixels && !IsSameRatio(ratio, pixels.Value.Ratio))
        {
            return OrderErrors.Conflict(pixels.Path, path);
        }

        if (_ratio is { } earlier && !IsSameRatio(ratio, earlier.Value))
        {
            return OrderErrors.Conflict(earlier.Path, path);
        }

        _ratio ??= (ratio, path);
        return null;
    }

    // What is asked for counts, not how it is written.
    private readonly record struct Spelling(string Text, SizeText Size)
    {
        public bool Equals(Spelling other) => Size == other.Size;

        public override int GetHashCode() => Size.GetHashCode();
    }

    private static bool IsSameRatio(double left, double right) => Math.Abs(left - right) <= Math.Max(left, right) * SizeRule.Tolerance;
}
