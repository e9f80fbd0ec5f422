namespace VkycEtl.Pipeline.Schemas;

/// <summary>Where the envelope of another provider's events is: <c>envelope.ROUTE.avsc</c>. Same columns, other paths.</summary>
/// <param name="Route">The receiver's route that the events came over (header <c>vkyc-route</c>).</param>
/// <param name="Version">SHA-256 of the normalised .avsc: the schema version of this route's events of unknown types.</param>
/// <param name="Fields">The fields, one a fixed column that the provider sends.</param>
/// <param name="Details">The key at the root that holds what is particular to a type; null where there is none.</param>
public sealed record RouteEnvelope(string Route, string Version, IReadOnlyList<SchemaField> Fields, string? Details);
