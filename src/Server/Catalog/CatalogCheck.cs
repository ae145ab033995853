using System.Globalization;
using Reelay.Providers;

namespace Reelay.Server.Catalog;

/// <summary>Checks models and joins them with upstream facts, collecting every mistake.</summary>
internal sealed class CatalogCheck(IReadOnlyDictionary<string, IReadOnlyList<UpstreamModel>> upstreamModels)
{
    private static readonly string[] _audioWords = ["always", "never", "choice", "unknown"];
    private static readonly string[] _states = ["active", "deprecated", "retired"];
    private static readonly string[] _charges = ["full", "none"];

    public List<string> Mistakes { get; } = [];

    /// <summary>Checks one model and adds it if nothing is wrong with it.</summary>
    /// <param name="mustBeListed">Whether each upstream model must be one that its provider lists.</param>
    public void Add(ModelSpec spec, List<PublicModel> models, bool mustBeListed)
    {
        var before = Mistakes.Count;
        Require(spec, spec.Name.Length is > 0 and <= 128 && !models.Any(model => model.Name == spec.Name), "the name must be unique and have 1 to 128 characters");
        Require(spec, _audioWords.Contains(spec.Audio), $"audio `{spec.Audio}` is not one of {string.Join(", ", _audioWords)}");
        Require(spec, (spec.Audio == "choice") == spec.DefaultAudio.HasValue, "default_audio is needed exactly when audio is `choice`");
        Require(spec, _charges.Contains(spec.CancelCharge), $"cancel_charge `{spec.CancelCharge}` is not one of {string.Join(", ", _charges)}");
        Require(spec, spec.MaxPromptLength is >= 1 and <= 32_000, "max_prompt_length must be 1 to 32000");
        Require(spec, spec.MaxOutputs >= 1, "max_outputs must be at least 1");
        Require(spec, spec.ExpectedSeconds >= 1 && spec.DeadlineSeconds > spec.ExpectedSeconds, "deadline_seconds must be above expected_seconds, both positive");
        Require(spec, spec.MaxQueueSeconds is >= 60 and <= 86_400, "max_queue_seconds must be 60 to 86400");
        CheckLifecycle(spec);
        CheckSeconds(spec);
        CheckSizes(spec);
        CheckModes(spec);
        if (Mistakes.Count == before)
        {
            Join(spec, models, mustBeListed);
        }
    }

    /// <summary>Checks that every successor is a model.</summary>
    public void CheckSuccessors(List<PublicModel> models)
    {
        foreach (var model in models)
        {
            var successor = model.Spec.Lifecycle.Successor;
            Require(model.Spec, successor is null || models.Any(other => other.Name == successor), $"the successor `{successor}` is not in the catalog");
        }
    }

    private void Require(ModelSpec spec, bool condition, string mistake)
    {
        if (!condition)
        {
            Mistakes.Add($"{spec.Name}: {mistake}.");
        }
    }

    private void CheckLifecycle(ModelSpec spec)
    {
        var lifecycle = spec.Lifecycle;
        Require(spec, _states.Contains(lifecycle.State), $"lifecycle.state `{lifecycle.State}` is not one of {string.Join(", ", _states)}");
        Require(spec, lifecycle.Source.Length > 0, "lifecycle.source is empty");
        Require(
            spec,
            lifecycle.ShutdownDate is null || DateOnly.TryParseExact(lifecycle.ShutdownDate, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
            $"lifecycle.shutdown_date `{lifecycle.ShutdownDate}` is not a day");
    }

    private void CheckSeconds(ModelSpec spec)
    {
        var seconds = spec.Seconds;
        var isSet = seconds is { Allowed: { Count: > 0 }, Min: null, Max: null } && seconds.Allowed.All(value => value is >= 1 and <= 60);
        var isRange = seconds is { Allowed: null, Min: >= 1, Max: <= 60 } && seconds.Min <= seconds.Max;
        Require(spec, isSet || isRange, "seconds must be a set `allowed` or a range `min`, `max`, within 1 to 60");
        Require(spec, (!isSet && !isRange) || SecondsRule.Of(seconds, []).Allows(seconds.Default), $"seconds.default {seconds.Default} is not allowed");
    }

    private void CheckSizes(ModelSpec spec)
    {
        Require(spec, (spec.AnySize is null) == (spec.Tiers.Count > 0), "exactly one of tiers and any_size is needed");
        Require(spec, PixelSize.TryParse(spec.DefaultSize, out _), $"default_size `{spec.DefaultSize}` is not WxH");
        Require(spec, spec.AnySize is null or { MinSide: >= 1, MultipleOf: >= 1, PriceMicrosPerSecond: >= 0 }, "any_size has a bound or price below its least");
        foreach (var tier in spec.Tiers)
        {
            Require(spec, SizeRule.ShortSideOf(tier.Name) > 0, $"tier `{tier.Name}` is not a name such as 720p or 2k");
            Require(spec, tier.PriceMicrosPerSecond >= 0, $"tier {tier.Name} has a negative price");
            Require(spec, tier.Sizes.Count > 0, $"tier {tier.Name} has no sizes");
            Require(spec, spec.Tiers.Count(other => other.Name == tier.Name) == 1, $"tier {tier.Name} appears twice");
            foreach (var size in tier.Sizes)
            {
                Require(spec, PixelSize.TryParse(size, out var pixels) && pixels.ToString() == size, $"size `{size}` is not WxH");
            }
        }

        Require(spec, spec.Tiers.Count == 0 || spec.Tiers.Any(tier => tier.Sizes.Contains(spec.DefaultSize)), $"default_size {spec.DefaultSize} is in no tier");
    }

    private void CheckModes(ModelSpec spec)
    {
        Require(spec, spec.Modes.Count > 0, "there is no mode");
        foreach (var (name, mode) in spec.Modes)
        {
            foreach (var input in mode.Requires)
            {
                Require(spec, input == "prompt" || spec.References.ContainsKey(input), $"mode {name} needs `{input}`, which is neither the prompt nor listed in references");
            }
        }

        foreach (var (role, reference) in spec.References)
        {
            Require(spec, MediaRoles.TryParse(role, out _), $"references has the unknown role `{role}`");
            Require(spec, reference is { MaxCount: >= 1, MaxBytes: >= 1, Types.Count: >= 1 }, $"references.{role} has an empty bound");
        }
    }

    private void Join(ModelSpec spec, List<PublicModel> models, bool mustBeListed)
    {
        var before = Mistakes.Count;
        Require(spec, spec.Upstream.Count > 0, "upstream is empty");
        var offers = new List<ModelOffer>();
        foreach (var id in spec.Upstream)
        {
            var parts = id.Split(':', 2);
            UpstreamModel? upstream = null;
            if (parts.Length == 2 && upstreamModels.TryGetValue(parts[0], out var listed))
            {
                upstream = listed.FirstOrDefault(model => model.Name == parts[1]);
                Require(spec, upstream is not null || !mustBeListed, $"the upstream model `{id}` is not listed by its provider");
            }
            else
            {
                Require(spec, false, $"the upstream model `{id}` names no known provider");
            }

            var offer = ModelOffer.Of(spec, id, upstream);
            Require(spec, offer.Modes.Count > 0 && !offer.Seconds.IsEmpty && !offer.Sizes.IsEmpty, $"nothing is left of modes, seconds or sizes with `{id}`");
            Require(spec, offer.Audio == spec.Audio || spec.Audio is "choice" or "unknown", $"audio is `{spec.Audio}`, but `{id}` makes `{upstream?.Audio}`");
            offers.Add(offer);
        }

        if (Mistakes.Count == before)
        {
            models.Add(new PublicModel(spec, offers));
        }
    }
}
