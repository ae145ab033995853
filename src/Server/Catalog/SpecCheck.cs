using System.Globalization;
using Reelay.Providers;

namespace Reelay.Server.Catalog;

/// <summary>What must hold of a public model by itself.</summary>
internal static class SpecCheck
{
    private static readonly string[] _kinds = ["video", "image"];
    private static readonly string[] _audioWords = ["always", "never", "choice", "unknown"];
    private static readonly string[] _states = ["preview", "active", "deprecated", "retired"];
    private static readonly string[] _charges = ["full", "none"];
    private static readonly string[] _units = ["second", "output", "call", "token"];

    public delegate void Require(ModelSpec spec, bool condition, string mistake);

    public static void Check(ModelSpec spec, Require require)
    {
        require(spec, spec.Kind is null || _kinds.Contains(spec.Kind), $"kind `{spec.Kind}` is not one of {string.Join(", ", _kinds)}");
        require(spec, _audioWords.Contains(spec.Audio), $"audio `{spec.Audio}` is not one of {string.Join(", ", _audioWords)}");
        require(spec, (spec.Audio == "choice") == spec.DefaultAudio.HasValue, "default_audio is needed exactly when audio is `choice`");
        require(spec, _charges.Contains(spec.CancelCharge), $"cancel_charge `{spec.CancelCharge}` is not one of {string.Join(", ", _charges)}");
        require(spec, spec.MaxPromptLength is >= 1 and <= 32_000, "max_prompt_length must be 1 to 32000");
        require(spec, spec.MaxOutputs >= 1, "max_outputs must be at least 1");
        require(spec, spec.ExpectedSeconds >= 1 && spec.DeadlineSeconds > spec.ExpectedSeconds, "deadline_seconds must be above expected_seconds, both positive");
        require(spec, spec.MaxQueueSeconds is >= 60 and <= 86_400, "max_queue_seconds must be 60 to 86400");
        require(spec, spec.IsImage == spec.Seconds is null, "seconds are needed for videos, and pictures have none");
        CheckLifecycle(spec, require);
        CheckSeconds(spec, require);
        CheckSizes(spec, require);
        CheckModes(spec, require);
        CheckPrices(spec, require);
    }

    private static void CheckLifecycle(ModelSpec spec, Require require)
    {
        var lifecycle = spec.Lifecycle;
        require(spec, _states.Contains(lifecycle.State), $"lifecycle.state `{lifecycle.State}` is not one of {string.Join(", ", _states)}");
        require(spec, lifecycle.Source.Length > 0, "lifecycle.source is empty");
        require(
            spec,
            lifecycle.ShutdownDate is null || DateOnly.TryParseExact(lifecycle.ShutdownDate, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
            $"lifecycle.shutdown_date `{lifecycle.ShutdownDate}` is not a day");
    }

    private static void CheckSeconds(ModelSpec spec, Require require)
    {
        if (spec.Seconds is not { } seconds) return;
        var isSet = seconds is { Allowed: { Count: > 0 }, Min: null, Max: null } && seconds.Allowed.All(value => value is >= 1 and <= 60)
            && seconds.Allowed.Order().SequenceEqual(seconds.Allowed);
        var isRange = seconds is { Allowed: null, Min: >= 1, Max: <= 60 } && seconds.Min <= seconds.Max;
        require(spec, isSet || isRange, "seconds must be a set `allowed` in order or a range `min`, `max`, within 1 to 60");
        require(spec, (!isSet && !isRange) || SecondsRule.Of(seconds, null).Allows(seconds.Default), $"seconds.default {seconds.Default} is not allowed");
    }

    private static void CheckSizes(ModelSpec spec, Require require)
    {
        require(spec, spec.AnySize is not null || spec.Tiers.Count > 0, "tiers or any_size is needed");
        require(spec, PixelSize.TryParse(spec.DefaultSize, out _), $"default_size `{spec.DefaultSize}` is not WxH");
        require(spec, spec.AnySize is null or { MinSide: >= 1, MultipleOf: >= 1 }, "any_size has a bound below its least");
        foreach (var tier in spec.Tiers)
        {
            require(spec, TierNames.ShortSideOf(tier.Name) > 0, $"tier `{tier.Name}` is not a name such as 720p or 2k");
            require(spec, tier.Sizes.Count > 0, $"tier {tier.Name} has no sizes");
            require(spec, spec.Tiers.Count(other => other.Name == tier.Name) == 1, $"tier {tier.Name} appears twice");
            foreach (var size in tier.Sizes)
            {
                require(spec, PixelSize.TryParse(size, out var pixels) && pixels.ToString() == size, $"size `{size}` is not WxH");
            }
        }

        require(spec, spec.Tiers.Count == 0 || spec.Tiers.Any(tier => tier.Sizes.Contains(spec.DefaultSize)), $"default_size {spec.DefaultSize} is in no tier");
    }

    private static void CheckModes(ModelSpec spec, Require require)
    {
        require(spec, spec.Modes.Count > 0, "there is no mode");
        foreach (var (name, mode) in spec.Modes)
        {
            foreach (var input in mode.Requires.Concat(mode.Takes ?? []))
            {
                var isRole = MediaRoles.TryParse(input, out var role);
                require(
                    spec,
                    input == "prompt" || (isRole && (spec.References?.ContainsKey(role) ?? true)),
                    $"mode {name} names `{input}`, which is neither the prompt nor listed in references");
            }
        }

        foreach (var (role, reference) in spec.References ?? new Dictionary<MediaRole, ReferenceSpec>())
        {
            require(spec, reference is { MaxCount: >= 1, MaxBytes: >= 1, Types.Count: >= 1 }, $"references.{MediaRoles.Name(role)} has an empty bound");
        }
    }

    /// <summary>The part of it that is about prices.</summary>
    public static void CheckPrices(ModelSpec spec, Require require)
    {
        require(spec, !spec.IsFree || spec.Prices.Count == 0, "a free model has no prices");
        foreach (var price in spec.Prices)
        {
            require(spec, price.Micros >= 0, $"a price of {price.Micros} is negative");
            require(spec, price.Micros <= PriceSpec.MaxMicros, $"a price of {price.Micros} is above the dearest, {PriceSpec.MaxMicros}");
            require(spec, _units.Contains(price.Per), $"a price is per `{price.Per}`; it can be per {string.Join(", ", _units)}");
            require(spec, price.Per != "token" || !spec.IsImage, "a price per token is for videos");
            require(spec, price.InputSeconds is null or (> 0 and <= 3600) && (price.InputSeconds is null || price.Per == "token"), "input_seconds stands beside a price per token, 1 to 3600");
            require(spec, price.Tier is null || spec.Tiers.Any(tier => tier.Name == price.Tier), $"a price names the tier `{price.Tier}`, which does not exist");
            require(spec, price.Mode is null || spec.Modes.ContainsKey(price.Mode), $"a price names the mode `{price.Mode}`, which does not exist");
        }
    }
}
